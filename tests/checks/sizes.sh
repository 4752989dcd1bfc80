#!/bin/sh
# A file has at most 600 lines, a function at most 70.
cd "${1:?source folder}" || exit 2
find editor model tests -name '*.[ch]' | sort | xargs awk '
    FNR == 1 { if (lines > 600) { print name ": " lines " lines, 600 at most"; bad = 1 } name = FILENAME; start = 0 }
    { lines = FNR }
    /^[a-z].*\(/ { head = $0; sub(/\(.*/, "", head); sub(/.*[ *]/, "", head) }
    /^\{/ { start = FNR }
    /^\}/ { if (start && FNR - start > 71) { print name ":" start ": " head " has " FNR - start - 1 " lines, 70 at most"; bad = 1 }
            start = 0 }
    END { if (lines > 600) { print name ": " lines " lines, 600 at most"; bad = 1 } exit bad }'
