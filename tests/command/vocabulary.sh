# vocabulary: a tokenizer.json that the other verbs' library reads, the same for the same text.
. "$(dirname "$0")/check.inc"

i=0
while [ $i -lt 40 ]; do
    echo "the cat sat on the mat and the dog sat on the log"
    i=$((i + 1))
done >"$work/text"
run 0 vocabulary --size 280 "$work/one.json" "$work/text"
holds "$work/out" '280 pieces' "what was learnt"
run 0 vocabulary --size 280 "$work/two.json" "$work/text"
same "$work/one.json" "$work/two.json" "the same text, the same tokenizer"
holds "$work/one.json" '"Ġthe"' "a word of the text is a piece"
run 0 vocabulary --size 262 --special '<m>' --special '<n>' "$work/three.json" "$work/text"
holds "$work/three.json" '"<n>": 1' "special tokens in order"
run 2 vocabulary --size 9000 "$work/four.json" "$work/text"
holds "$work/err" 'choose a smaller one' "too little text"
[ ! -e "$work/four.json" ] || wrong "a failure leaves no file"
printf 'a\377b\n' >"$work/bad"
run 2 vocabulary "$work/five.json" "$work/bad"
holds "$work/err" "$work/bad:1" "bytes that are no UTF-8: file and line"
run 1 vocabulary "$work/six.json"
finish
