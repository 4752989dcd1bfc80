# Samples steered by guides: a model of vectors, its guides, what they change and what they refuse.
. "$(dirname "$0")/check.inc"

i=0
while [ $i -lt 20 ]; do
    echo "The mill stands by the river."
    echo "A boat came in at dawn."
    i=$((i + 1))
done >"$work/lines"
sed 's/^The/of[mill]	The/; s/^A/of[boat]	A/' "$work/lines" >"$work/content"
sed 's/^The/DET NOUN VERB ADP DET NOUN PUNCT	The/; s/^A/DET NOUN VERB PRT ADP NOUN PUNCT	A/' "$work/lines" >"$work/tags"

run 0 train --process gaussian --preset tiny --vector-width 8 --text "$work/lines" --out "$work/run" --length 32 --tokens 512 \
    --process-steps 100 --steps 200 --report 50 --rate 5e-3 --average 0.9
run 2 generate --model "$work/run" --control of=mill
holds "$work/err" "of=mill" "without a guide nothing knows the slot"
run 0 guide content --model "$work/run" --text "$work/content" --inner 16 --steps 300
run 0 guide pos --model "$work/run" --text "$work/tags" --inner 16 --steps 300
run 0 info --model "$work/run"
holds "$work/out" "of           boat, mill" "info lists the controls"

# How many samples have a word that only one of the sentences has.
count() {
    grep -cE "$1" "$work/out"
}
run 0 generate --model "$work/run" --count 10 --steps 50 --control of=mill
mills=$(count "mill|stands|river") boats=$(count "boat|came|dawn")
[ "$mills" -gt "$boats" ] || wrong "of=mill: $mills of 10 samples are of a mill, $boats of a boat"
run 0 generate --model "$work/run" --count 10 --steps 50 --control of=boat
mills=$(count "mill|stands|river") boats=$(count "boat|came|dawn")
[ "$boats" -gt "$mills" ] || wrong "of=boat: $mills of 10 samples are of a mill, $boats of a boat"
run 0 generate --model "$work/run" --count 5 --steps 50 --control pos=DET,NOUN,VERB,ADP,DET,NOUN,PUNCT
[ "$(count stands)" -ge 4 ] || wrong "tags of one sentence do not give its verb"
run 0 generate --model "$work/run" --count 5 --steps 20 --control of=mill length=6
[ "$(awk 'NF == 6' "$work/out" | wc -l)" -ge 4 ] || wrong "six words are not six"
cp "$work/out" "$work/first"
run 0 generate --model "$work/run" --count 5 --steps 20 --threads 2 --control of=mill length=6
same "$work/first" "$work/out" "threads change steered samples"

run 0 generate --model "$work/run" --count 2 --steps 10 --consensus 4 --control of=mill length=6 --json
[ "$(wc -l <"$work/out")" -eq 2 ] || wrong "two samples, each of four, are not two lines"
run 2 generate --model "$work/run" --control of=mil
holds "$work/err" "nearest is 'mill'" "a value that is not known"
run 2 generate --model "$work/run" --control off=mill
holds "$work/err" "nearest key is 'of'" "a key that is not known"
run 2 generate --model "$work/run" --control pos=DET,NOON
holds "$work/err" "nearest is 'NOUN'" "a tag that is not known"
run 2 generate --model "$work/run" --control length=3 pos=DET,NOUN
run 2 guide content --model "$work/run" --text "$work/lines"
holds "$work/err" "lines:1:" "a line without labels is named"
run 2 guide pos --model "$work/run" --text "$work/content"
run 1 guide none --model "$work/run" --text "$work/content"

head -c 300 "$work/run/guide-content.safetensors" >"$work/half"
cp "$work/half" "$work/run/guide-content.safetensors"
run 2 generate --model "$work/run" --control of=mill
holds "$work/err" "guide-content.safetensors" "a spoilt guide is named"
echo '{"guide":"content","inner":1e9}' >"$work/run/guide-content.json"
run 2 generate --model "$work/run" --control of=mill
holds "$work/err" "guide-content.json" "a guide of other vectors is named"
finish
