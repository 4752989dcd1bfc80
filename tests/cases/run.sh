#!/bin/sh
# Each folder beside this script is a case: `keys` (in the notation of --headless) applied to `in` must give `out`.
# `keymap`, where there is one, names the keymap; else it is vi.
# run.sh LACUNA [CASE…]
program=${1:?program}
shift
here=$(dirname "$0")
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
[ $# -gt 0 ] || set -- "$here"/*/
for folder in "$@"; do
    name=$(basename "$folder")
    folder=$here/$name
    cp "$folder/in" "$work/text"
    keymap=vi
    [ ! -f "$folder/keymap" ] || keymap=$(cat "$folder/keymap")
    XDG_CONFIG_HOME=$work XDG_STATE_HOME=$work "$program" --keymap "$keymap" --headless --keys "$folder/keys" "$work/text" 2>"$work/error"
    code=$?
    if [ $code -ne 0 ] || ! cmp -s "$work/text" "$folder/out"; then
        echo "$name: exit $code"
        cat "$work/error"
        diff "$folder/out" "$work/text" | head -n 10
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
