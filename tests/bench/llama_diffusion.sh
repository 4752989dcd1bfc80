#!/bin/sh
# What a step costs here and in llama.cpp's diffusion example, on the same GGUF file in turns.
#
#     llama_diffusion.sh LACUNA_MODEL LLAMA_DIFFUSION_CLI FILE.gguf [LENGTH [STEPS [THREADS]]]
#
# A canvas of LENGTH tokens, all masks but what the other program wants as a prompt. A step is the difference between runs of
# STEPS + 2 and of 2 steps. With dual_cache (approximate) one token is revealed a step, so its LENGTH steps are divided by.
set -eu
ours=$1 theirs=$2 file=$3 length=${4:-128} steps=${5:-6} threads=${6:-2}

milliseconds() { # of a command
    begin=$(date +%s%N)
    "$@" >/dev/null 2>&1
    echo $((($(date +%s%N) - begin) / 1000000))
}

llama() { # steps
    milliseconds "$theirs" -m "$file" -p a -ub "$length" -b "$length" -c "$length" -t "$threads" --temp 0 -ngl 0 \
        --diffusion-steps "$1" --diffusion-algorithm 4 --diffusion-eps 0.001
}

lacuna() { # steps option…
    count=$1
    shift
    milliseconds "$ours" generate --model "$file" --threads "$threads" --length "$length" --steps "$count" "$@"
}

for round in 1 2; do
    short=$(llama 2) long=$(llama $((steps + 2)))
    echo "llama.cpp: $(((long - short) / steps)) ms a step"
    short=$(lacuna 2 --sampler low_confidence) long=$(lacuna $((steps + 2)) --sampler low_confidence)
    echo "low_confidence: $(((long - short) / steps)) ms a step"
    short=$(lacuna 2 --sampler low_confidence --exact) long=$(lacuna $((steps + 2)) --sampler low_confidence --exact)
    echo "low_confidence, --exact: $(((long - short) / steps)) ms a step"
    echo "dual_cache in blocks of 32: $(($(lacuna "$length" --sampler dual_cache --block 32 --threshold 1) / length)) ms a step"
done
