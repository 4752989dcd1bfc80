#!/bin/sh
# Every C file is formatted as .clang-format says.
cd "${1:?source folder}" || exit 2
command -v clang-format >/dev/null || { echo "skip: clang-format is not installed"; exit 77; }
find editor model tests -name '*.[ch]' | sort | xargs clang-format --dry-run -Werror 2>&1 | grep -E 'error|warning' | grep -oE '^[^ :]+\.[ch]:' | tr -d : |
    sort | uniq -c | awk '{ print $2 ": " $1 " places differ; run clang-format -i on it"; bad = 1 } END { exit bad }'
