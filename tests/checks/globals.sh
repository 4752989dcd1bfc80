#!/bin/sh
# No object file holds a writable global or static variable.
build=${1:?build folder}
find "$build/editor" "$build/model" -name '*.o' | while read -r object; do
    nm "$object" | awk -v file="$object" \
        '$(NF-1) ~ /^[bBdDC]$/ && $NF !~ /^(__|\.L|_\.)/ && $NF !~ /asan|ubsan|odr/ { print file ": " $NF " is writable" }'
done | awk '{ print; bad = 1 } END { exit bad }'
