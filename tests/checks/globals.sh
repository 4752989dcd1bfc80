#!/bin/sh
# No object file holds a writable global or static variable. Constant tables of pointers lie in .data.rel.ro, which is read-only once
# the program is loaded.
build=${1:?build folder}
find "$build/editor" "$build/model" -name '*.o' -exec objdump -t {} + | awk '
    / file format / { file = $1 }
    NF > 3 && ($(NF-2) ~ /^\.(data|bss|tdata|tbss)/ || $(NF-2) == "*COM*") && $(NF-2) !~ /^\.data\.rel\.ro/ && ($0 ~ / O / || ($(NF-2) ~ /^\.t(data|bss)/ && $0 !~ / d /)) &&
        $NF !~ /^(__|\.L|_\.)/ && $NF !~ /asan|ubsan|odr/ { print file " " $NF " is writable"; bad = 1 }
    END { exit bad }'
