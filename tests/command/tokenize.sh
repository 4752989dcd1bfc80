# Text to ids and back, byte for byte, whatever the bytes.
. "$(dirname "$0")/check.inc"

printf 'The old man went to the moon.\n\n  caf\303\251 \377\376 bytes\000x <mask>\r\nno line feed at the end' >"$work/text"
run 0 tokenize --model "$model" "$work/text"
cp "$work/out" "$work/ids"
run 0 detokenize --model "$model" "$work/ids"
same "$work/text" "$work/out" "tokenize and back"
[ "$(wc -l <"$work/ids")" -eq "$(wc -l <"$work/text")" ] || wrong "one line of ids for each line of text"

printf ' the moon\n' | "$program" tokenize --model "$model" --json >"$work/out"
holds "$work/out" '"pieces":["Ġthe","Ġmoon"]' "pieces by name"

printf '123 5\n' | "$program" detokenize --model "$model" --json >"$work/out"
holds "$work/out" '{"text":"' "text as JSON"

printf '<mask> a\n' | "$program" tokenize --model "$model" --special >"$work/out"
case $(cat "$work/out") in "1 "*) ;; *) wrong "--special reads <mask> as one token" ;; esac

printf '5\n12 x\n' >"$work/bad"
run 2 detokenize --model "$model" "$work/bad"
holds "$work/err" "$work/bad:2" "a word that is no id: file and line"
printf '999999\n' >"$work/bad"
run 2 detokenize --model "$model" "$work/bad"
run 2 tokenize --model "$model" "$work/none"
holds "$work/err" "$work/none: No such file" "a missing file is named"
finish
