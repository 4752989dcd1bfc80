# Help, wrong calls and their exit status, output that cannot be written.
. "$(dirname "$0")/check.inc"

run 0 --help
verbs=$(sed -n 's/^  \([a-z0-9]*\)  .*/\1/p' "$work/out")
[ -n "$verbs" ] || wrong "--help lists no subcommands"
for verb in $verbs; do
    run 0 "$verb" --help
    holds "$work/out" "usage: lacuna-model $verb" "$verb --help"
    for option in --model --threads --seed --json --help; do
        holds "$work/out" "  $option" "$verb --help"
    done
    run 1 "$verb" --no-such-option
    holds "$work/err" "--no-such-option" "$verb names the unknown option"
    holds "$work/err" "--help" "$verb hints at --help"
    [ -s "$work/out" ] && wrong "$verb printed on standard output though the call was wrong"
done
run 0 --version

run 1
run 1 no-such-verb
holds "$work/err" no-such-verb "the unknown subcommand is named"

for value in x 0 -1 1.5 1e3 '' ' 1' 1x 99999999999999999999; do
    run 1 tokenize --threads "$value"
    holds "$work/err" --threads "the wrong number is named"
done
for value in -1 x 1.5 18446744073709551616 ''; do
    run 1 tokenize --seed "$value"
done
run 1 tokenize --threads
run 1 tokenize --json=yes
run 1 tokenize --model=
run 1 tokenize one two

run 2 tokenize --model no-such-model
holds "$work/err" no-such-model "an unknown model is named"
run 2 tokenize --model "$(printf 'two\nlines\033[31m')"
[ "$(wc -l <"$work/err")" -eq 1 ] || wrong "an error is one line"
run 2 tokenize --model "$work/no/folder"
holds "$work/err" "$work/no/folder" "a missing folder is named"

if [ -w /dev/full ]; then
    echo text | "$program" tokenize --model "$model" >/dev/full 2>"$work/err"
    [ $? -eq 2 ] || wrong "a full disk is no failure"
    holds "$work/err" "standard output" "a full disk is said"
fi
finish
