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
finish
