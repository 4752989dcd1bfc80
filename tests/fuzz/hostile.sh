#!/bin/sh
# Real model files, mutated: hostile.sh TARGETS FOLDER COUNT [FORMAT…]
#
# Searches FOLDER for model files of every format, adds the seeds that lie beside this script, makes COUNT mutations of those of each
# format and gives them to the fuzz targets in TARGETS (build/debug/tests/fuzz: use a build with sanitizers). It ends at the first format
# that has an input that crashes, takes over 2 s or asks for more memory than allocation.h allows; that input is then in fuzz_*.input in
# the working folder.
set -eu
targets=$1 folder=$2 count=$3
shift 3
seeds=$(cd "$(dirname "$0")" && pwd)/seeds
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# put FORMAT PREFIX FILE FILE FILE: three files of a folder as one input of fuzz_model_files; PREFIX says which they are.
put() {
    format=$1 prefix=$2
    shift 2
    mkdir -p "$work/$format"
    {
        printf '%b' "$prefix"
        [ -f "$1" ] && cat "$1"
        printf '\000'
        [ -f "$2" ] && cat "$2"
        printf '\000'
        [ -f "$3" ] && cat "$3"
    } >"$work/$format/$(echo "$1$3" | cksum | tr ' ' -)" || true
}

# copy FORMAT NAME: the files of that name as they are.
copy() {
    mkdir -p "$work/$1"
    find "$folder" -type f -name "$2" ! -name 'cases.*' ! -name 'dequantized.*' -size -8000k | while read -r file; do
        cp "$file" "$work/$1/$(echo "$file" | cksum | tr ' ' -)"
    done
}

copy safetensors '*.safetensors'
copy gguf '*.gguf'
copy gguf-tokenizer '*.gguf'
copy pt '*.pt'
copy tokenizer-json tokenizer.json
mkdir -p "$work/merges" "$work/words" "$work/shards" "$work/config"
cp "$seeds"/model_weights/*.safetensors "$work/safetensors"
cp "$seeds"/model_weights/*.gguf "$work/gguf"
cp "$seeds"/model_weights/*.pt "$work/pt"
cp "$seeds"/model_tokenizer/*.gguf "$work/gguf-tokenizer"
cp "$seeds"/model_tokenizer/*.json "$work/tokenizer-json"
for one in merges words shards; do
    cp "$seeds/model_files/$one"* "$work/$one"
done
cp "$seeds/model_files/characters" "$work/merges"
for file in $(find "$folder" -name vocab.json); do
    put merges '\000' "$file" "$(dirname "$file")/merges.txt" "$(dirname "$file")/tokenizer_config.json"
done
for file in $(find "$folder" -name vocab.txt); do
    put words '\001' "$file" "$(dirname "$file")/tokenizer_config.json" "$(dirname "$file")/config.json"
done
for file in $(find "$folder" -name model.safetensors -size -400k); do
    put config '\004' "$(dirname "$file")/config.json" /nowhere "$file"
done
for file in $(find "$folder" -name '*.safetensors.index.json'); do
    put shards '\002' "$file" "$(dirname "$file")/config.json" "$(dirname "$file")/a.safetensors"
done

for format in "${@:-safetensors shards gguf pt tokenizer-json gguf-tokenizer merges words config}"; do
    for one in $format; do
        case $one in
        safetensors | gguf | pt) target=model_weights ;;
        tokenizer-json | gguf-tokenizer) target=model_tokenizer ;;
        *) target=model_files ;;
        esac
        [ -n "$(ls "$work/$one")" ] || { echo "$one: no such files in $folder"; continue; }
        printf '%s: ' "$one"
        "$targets/fuzz_$target" "$work/$one" "${count}x"
    done
done
