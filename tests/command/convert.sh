# convert: matrices in another type, which the other verbs then use.
. "$(dirname "$0")/check.inc"

run 0 convert --model "$model" "$work/int8"
holds "$work/out" 'mean error' "convert says what it lost"
run 0 info --model "$work/int8" --tensors
holds "$work/out" 'I8' "int8 matrices"
holds "$work/out" 'embed_tokens.scale' "one scale a row"
printf 'The old man went to the sea and the moon was old.' >"$work/text"
run 0 infill --model "$work/int8" --span 4:11 "$work/text"
run 0 convert --model "$work/int8" --to f32 "$work/f32" --json
holds "$work/out" '"mean_error":0,' "int8 as floats is exact"
run 0 logits --model "$work/f32" --ids '1,2,3'
run 0 convert --model "$model" --to f16 "$work/model.gguf"
run 0 info --model "$work/model.gguf"
run 0 tokenize --model "$work/model.gguf" "$work/text"
cp "$work/out" "$work/ids"
run 0 tokenize --model "$model" "$work/text"
same "$work/out" "$work/ids" "a GGUF file carries the tokenizer"
run 0 convert --model "$work/model.gguf" --to f32 "$work/back"
run 0 infill --model "$work/back" --span 4:11 "$work/text"
run 2 convert --model "$model" --to q4_0 "$work/folder"
holds "$work/err" .gguf "blocks need a GGUF file"
run 1 convert --model "$model" --to q9 "$work/other"
holds "$work/err" q9 "an unknown type is named"
run 2 convert --model "$work/none" "$work/other"
run 1 convert --model "$model"
finish
