# One request from the command line.
. "$(dirname "$0")/check.inc"

printf 'The old man went to the sea.\nSecond line, caf\303\251\n' >"$work/text"
run 0 infill --model "$model" "$work/text" --span 4:7 24:27 --length 3
head -c 4 "$work/text" >"$work/a"
head -c 4 "$work/out" >"$work/b"
same "$work/a" "$work/b" "what stands before the first hole"
tail -c 21 "$work/text" >"$work/a"
tail -c 21 "$work/out" >"$work/b"
same "$work/a" "$work/b" "what stands after the last hole"
holds "$work/out" " man went to the " "what stands between the holes"
cp "$work/out" "$work/first"

"$program" infill --model "$model" --span 4:7 --span 24:27 --length=3 <"$work/text" >"$work/out"
same "$work/first" "$work/out" "standard input and a repeated --span"

run 0 infill --model "$model" --json "$work/text" --span 4:7 --count 3 --seed 5
holds "$work/out" '{"id":null,"alternatives":[{"text":"The ' "the answer as JSON"
cp "$work/out" "$work/first"
run 0 infill --model "$model" --span 4:7 --count 3 --seed 5 --json -- "$work/text"
sed 's/"ms":[0-9.]*//' "$work/first" >"$work/a"
sed 's/"ms":[0-9.]*//' "$work/out" >"$work/b"
same "$work/a" "$work/b" "the same seed"

run 2 infill --model "$model" "$work/text" --span 4:700
holds "$work/err" "$work/text: bad_span: " "a span outside of the text names file and reason"
run 2 infill --model "$model" "$work/text" --span 46:47 --json
holds "$work/out" '"error":{"code":"bad_span"' "the error as JSON"
run 2 infill --model "$model" "$work/text" --span 4:7 --attribute formel
holds "$work/err" "formal" "the nearest attribute is named"
run 2 infill --model "$model" "$work/none" --span 4:7
holds "$work/err" "$work/none: No such file" "a missing file"
printf 'no \377 UTF-8' >"$work/bytes"
run 2 infill --model "$model" "$work/bytes" --span 0:2

for span in 4 4:x -1:3 4: :4 4:5:6 99999999999999999999:1; do
    run 1 infill --model "$model" "$work/text" "--span=$span"
done
run 1 infill --model "$model" "$work/text"
run 1 infill --model "$model" "$work/text" --span 4:7 --steps 0
run 1 infill --model "$model" "$work/text" --span 4:7 --guidance nan
run 1 infill --model "$model" "$work/text" --span 4:7 --length words:3:1
run 1 infill --model "$model" "$work/text" other --span 4:7
finish
