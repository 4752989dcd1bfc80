# score and generate.
. "$(dirname "$0")/check.inc"

printf 'The old man went to the sea and the moon was old.\n' >"$work/text"
run 0 score --model "$model" "$work/text" "$work/text"
[ "$(wc -l <"$work/out")" -eq 2 ] || wrong "one line of score for each file"
holds "$work/out" "{\"file\":\"$work/text\",\"bytes\":50,\"bits_per_byte\":" score
run 2 score --model "$model" "$work/none" "$work/text"
holds "$work/err" "$work/none" "a missing file is named"
[ "$(wc -l <"$work/out")" -eq 1 ] || wrong "the other file is scored all the same"

run 0 generate --model "$model" --length 12 --count 3 --seed 4
[ "$(wc -l <"$work/out")" -eq 3 ] || wrong "one line a sample"
cp "$work/out" "$work/samples"
run 0 generate --model "$model" --length 12 --count 3 --seed 4 --threads 1
same "$work/samples" "$work/out" "the same seed"
run 0 generate --model "$model" --length 12 --control tense=past length=3
run 2 generate --model "$model" --control food=Italian
holds "$work/err" "food=Italian" "an unknown control is named"
run 2 generate --model "$model" --control past

for family in "" _mdlm _llada; do
  run 0 generate --model "$model$family" --length 300 --steps 40 --seed 2 --sampler confidence
  cp "$work/out" "$work/long"
  run 0 tokenize --model "$model$family" "$work/long"
  [ "$(wc -w <"$work/out")" -gt 200 ] || wrong "a sample may be longer than a context ($family)"
done
run 0 generate --model "$model" --length 6 --count 2 --sampler entropy --top-k 3 --block 2 --alg-temp 0.5
run 1 generate --model "$model" --length 6 --top-p 2
holds "$work/err" "--top-p takes a number from 0 to 1" "a wrong share is refused"
finish
