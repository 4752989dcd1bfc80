# A model trained from plain text, gone on with, tuned, and used.
. "$(dirname "$0")/check.inc"

i=0
while [ $i -lt 400 ]; do
    echo "The old man went to the moon. Was the sea calm on that day $i?"
    echo
    echo "He was on the moon, and the old sea went on and on."
    echo
    i=$((i + 1))
done >"$work/text"

tiny="--preset tiny --length 32 --tokens 256 --part 128 --validation-rows 1"
run 0 train $tiny --text "$work/text" --vocabulary 384 --out "$work/run" --steps 6 --report 2 --causal 0.5 --validate 3
for file in model.safetensors config.json tokenizer.json state.safetensors log.jsonl curve.svg data/meta.json; do
    [ -s "$work/run/$file" ] || wrong "train leaves no $file"
done
[ ! -s "$work/out" ] || wrong "train prints on standard output"
holds "$work/run/log.jsonl" '"bpb":' "the log holds validations"
holds "$work/run/log.jsonl" '"step":6,' "the log holds the last step"
run 0 train $tiny --text "$work/text" --out "$work/run" --steps 8 --report 2 --validate 0 --resume
holds "$work/run/log.jsonl" '"step":2,' "resuming keeps the log"
holds "$work/run/log.jsonl" '"step":8,' "resuming goes on"

run 0 finetune --model "$work/run" --text "$work/text" --out "$work/tuned" --steps 3 --length 32 --tokens 128
run 0 info --model "$work/tuned"
run 0 finetune --model "$model" --text "$work/text" --out "$work/tiny" --steps 2 --length 32 --tokens 128
holds "$work/tiny/config.json" '"first person"' "a tuned model keeps the attributes"

printf 'The sea is calm.\tCalm is the sea.\nThe moon is old.\tOld is the moon.\n' >"$work/old.tsv"
printf 'The sea is calm.\tHow calm!\nThe moon is old.\tHow old!\n' >"$work/new.tsv"
i=0
while [ $i -lt 5 ]; do
    i=$((i + 1))
    cat "$work/old.tsv" "$work/new.tsv" >>"$work/many.tsv"
    printf 'Line %s of the harbour wall.\tThe wall has %s lines of stones.\n' $i $i >>"$work/many.tsv"
done
pairs="--pairs $work/old.tsv:old $work/new.tsv:new $work/many.tsv:new --steps 3 --length 64 --tokens 256 --vocabulary 320"
run 0 finetune --model "$model" $pairs --out "$work/style"
holds "$work/style/log.jsonl" '"step":3,' "pairs are trained on"
run 0 info --model "$work/style"
holds "$work/out" "new" "info lists the styles"
printf 'The sea is calm.\n\nA\ttab \377\n' >"$work/in"
run 0 seq2seq --model "$work/style" --attribute old --steps 4 "$work/in"
[ "$(wc -l <"$work/out")" -eq 3 ] || wrong "three lines become $(wc -l <"$work/out")"
[ -z "$(sed -n 2p "$work/out")" ] || wrong "an empty line becomes something"
run 2 seq2seq --model "$work/style" --attribute odd "$work/in"
holds "$work/err" "'old'" "an unknown style is answered by the nearest"
run 2 seq2seq --model "$work/style" "$work/in"
holds "$work/err" "old, new" "a style must be named, and the names are told"
run 0 convert --model "$work/run" "$work/int8"
run 0 finetune --model "$work/int8" --text "$work/text" --out "$work/again" --steps 2 --length 32 --tokens 128
grep -q '"valid": *{"bpb": *[0-9]\.' "$work/again/log.jsonl" || wrong "weights of int8 are read without their scales"
run 1 finetune --model "$model" --pairs "$work/old.tsv" --out "$work/none"
run 1 train --out "$work/none"
run 1 train --data "$work/run/data" --out "$work/none"
holds "$work/err" "steps, minutes or" "a run needs an end"
run 1 train --data "$work/run/data" --out "$work/none" --steps 1 --optimizer sgd
holds "$work/err" "muon" "the optimizers are named"
run 2 train --data "$work/none" --out "$work/new" --steps 1
run 2 finetune --model "$work/none/model" --text "$work/text" --out "$work/new"
run 2 finetune --model "$work/run" --text "$work/none/text" --out "$work/new"
holds "$work/err" "$work/none/text" "the missing file is named"
run 1 finetune --model "$work/run" --out "$work/new"
finish
