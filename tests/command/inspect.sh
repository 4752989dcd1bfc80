# info, logits, bench, trace.
. "$(dirname "$0")/check.inc"

run 0 info --model "$model"
for line in 'architecture   lacuna' 'process        absorbing' 'mask token     1 <mask>' 'shifted        no' 'verified       ' 'tense        past, present'; do
    holds "$work/out" "$line" info
done
run 0 info --model "$model" --tensors
holds "$work/out" '[300, 32] model.embed_tokens.weight' "info --tensors"
run 0 info --model "$model" --json
holds "$work/out" '"mask_token":1' "info --json"

printf 'The old man went to the sea and the moon was old.\n' >"$work/text"
run 0 logits --model "$model" --ids '1, 2 3' --out "$work/logits"
holds "$work/logits" '"shape":[3,300]' "logits as safetensors"
run 0 logits --model "$model" --ids '1,2,3'
same "$work/logits" "$work/out" "logits to a file and to standard output"
run 0 logits --model "$model" "$work/text"
run 2 logits --model "$model" --ids '1,300' --out "$work/other"
holds "$work/err" 300 "an id beyond the vocabulary is named"
run 2 logits --model "$model" --ids 'a' --out "$work/other"
run 2 logits --model "$model" --ids '' --out "$work/other"
[ -e "$work/other" ] && wrong "a failed call left a file"
mkdir "$work/bare"
cp "$model/config.json" "$model/model.safetensors" "$work/bare"
run 0 info --model "$work/bare"
holds "$work/out" 'tokenizer      none' "a model without a tokenizer can be looked at"
run 0 logits --model "$work/bare" --ids '1,2,3'
same "$work/logits" "$work/out" "logits without a tokenizer"
run 2 logits --model "$work/bare" "$work/text"
holds "$work/err" '--ids' "what a model without a tokenizer takes"
run 2 infill --model "$work/bare" --span 4:7 "$work/text"

run 0 bench --model "$model" --length 40 --mask 6 --steps 4 --count 3
for key in '"ms_per_step":' '"ms_per_infill":{"p50":' '"p95":' '"tokens_per_second":' '"gflops":' '"resident_mb":'; do
    holds "$work/out" "$key" bench
done
run 1 bench --model "$model" --length 4 --mask 4

printf 'The </script> man went to the sea.' >"$work/text"
run 0 trace --model "$model" "$work/text" --span 14:17 --count 2 --html "$work/page.html"
holds "$work/page.html" '"alternatives":[' "a page with its data"
[ "$(grep -c '</script>' "$work/page.html")" -eq 2 ] || wrong "the text closes the script of the page"
grep -Eq 'https?://|src=|@import' "$work/page.html" && wrong "the page loads something from elsewhere"
run 1 trace --model "$model" "$work/text" --span 14:17
run 2 trace --model "$model" "$work/text" --span 14:17 --html "$work/no/page.html"
holds "$work/err" "$work/no/page.html" "a page that cannot be written is named"
finish
