# rewrite and correct.
. "$(dirname "$0")/check.inc"

printf 'The old man went to the sea.\nSecond line, caf\303\251\n' >"$work/text"
run 0 rewrite --model "$model" --strength 0 "$work/text"
same "$work/text" "$work/out" "a rewrite of strength 0"
run 0 rewrite --model "$model" --strength 1 "$work/text"
[ "$(wc -l <"$work/out")" -eq 2 ] || wrong "rewrite keeps the line breaks"
run 0 correct --model "$model" --json "$work/text"
holds "$work/out" '"edits":[' "correct lists edits"
printf '\n \n' >"$work/blank"
run 0 correct --model "$model" "$work/blank"
same "$work/blank" "$work/out" "nothing to correct"
finish
