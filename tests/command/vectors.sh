# A model of vectors trained from lines, resumed and used: samples, holes, one line from another.
. "$(dirname "$0")/check.inc"

i=0
while [ $i -lt 20 ]; do
    echo "The mill stands by the river."
    echo "A boat came in at dawn."
    i=$((i + 1))
done >"$work/lines"
sed 's/.*/&	&/' "$work/lines" >"$work/pairs"
printf 'The mill stands.\nA boat, by\037 the river\n\nwords that nobody has heard of\n' >"$work/in"

tiny="--process gaussian --preset tiny --tokens 96 --process-steps 20 --report 2"
run 0 train $tiny --text "$work/lines" --out "$work/run" --length 32 --steps 4
for file in model.safetensors config.json tokenizer.json state.safetensors log.jsonl curve.svg; do
    [ -s "$work/run/$file" ] || wrong "train leaves no $file"
done
run 0 train $tiny --text "$work/lines" --out "$work/run" --length 32 --steps 6 --resume
holds "$work/run/log.jsonl" '"step":2,' "resuming keeps the log"
holds "$work/run/log.jsonl" '"step":6,' "resuming goes on"

run 0 info --model "$work/run"
holds "$work/out" "gaussian" "info names the process"
run 0 generate --model "$work/run" --count 3
[ "$(wc -l <"$work/out")" -eq 3 ] || wrong "three samples are not three lines"
cp "$work/out" "$work/first"
run 0 generate --model "$work/run" --count 3 --threads 2
same "$work/first" "$work/out" "threads change samples"
run 0 generate --model "$work/run" --steps 16 --early-exit 0.01 --json
holds "$work/out" '"steps":' "an answer tells its steps"
grep -q '"steps":16' "$work/out" && wrong "an early exit saves no step of a model of vectors"
run 2 generate --model "$work/run" --sampler confidence
holds "$work/err" "ddim" "a sampler that cannot be is refused by one that can"
echo "The mill stands by the river." >"$work/text"
for sampler in ddim ancestral; do
    run 0 infill --model "$work/run" --span 4:8 --sampler $sampler "$work/text"
    grep -q '^The .* stands by the river\.$' "$work/out" || wrong "a hole changes what is around it"
done

run 0 train $tiny --self-condition --text "$work/pairs" --out "$work/pair" --length 32 --steps 3
run 0 seq2seq --model "$work/pair" --steps 4 --count 3 "$work/in"
[ "$(wc -l <"$work/out")" -eq 4 ] || wrong "four lines become $(wc -l <"$work/out")"
run 1 train --process gaussian --out "$work/none"
run 1 train $tiny --text "$work/lines" --out "$work/none" --noise wrong --steps 1
finish
