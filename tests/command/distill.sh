# A student taught from the command line: rounds, folders, resuming, and what is refused.
. "$(dirname "$0")/check.inc"

i=0
while [ $i -lt 20 ]; do
    echo "The mill stands by the river."
    echo "A boat came in at dawn."
    i=$((i + 1))
done >"$work/lines"

for process in gaussian absorbing; do
    run 0 train --words --process $process --preset tiny --tokens 96 --process-steps 20 --report 2 --length 32 \
        --text "$work/lines" --out "$work/$process" --steps 4
    student=$work/$process-student
    run 0 distill --teacher "$work/$process" --text "$work/lines" --out "$student" --from 8 --to 2 --steps 3 \
        --tokens 96 --report 1
    for file in model.safetensors config.json tokenizer.json state.safetensors log.jsonl curve.svg; do
        [ -s "$student/$file" ] || wrong "distill leaves no $file ($process)"
        [ -s "$student/steps-4/$file" ] || wrong "the first round leaves no $file ($process)"
    done
    holds "$student/log.jsonl" '"step":3,' "a round takes its steps"
    run 0 distill --teacher "$work/$process" --text "$work/lines" --out "$student" --from 8 --to 2 --steps 5 \
        --tokens 96 --report 1 --resume
    holds "$student/log.jsonl" '"step":3,' "resuming keeps the log"
    holds "$student/log.jsonl" '"step":5,' "resuming goes on"
    run 0 info --model "$student"
    holds "$work/out" "$process" "a student's process is its teacher's"
    run 0 generate --model "$student" --steps 2 --count 3
    [ "$(wc -l <"$work/out")" -eq 3 ] || wrong "a student writes no samples ($process)"
    echo "The mill stands by the river." >"$work/text"
    run 0 infill --model "$student" --steps 2 --span 4:8 "$work/text"
    grep -q '^The .* stands by the river\.$' "$work/out" || wrong "a student changes what is around a hole"
done

run 1 distill --teacher "$work/gaussian" --text "$work/lines" --out "$work/none" --from 6 --to 4 --steps 1
holds "$work/err" "halving" "steps that do not halve"
run 1 distill --teacher "$work/gaussian" --text "$work/lines" --out "$work/none" --from 64 --to 32 --steps 1
holds "$work/err" "20 steps" "more steps than the process has"
run 1 distill --teacher "$work/gaussian" --text "$work/lines" --out "$work/none"
holds "$work/err" "end" "a run without an end"
run 1 distill --text "$work/lines" --out "$work/none" --steps 1
run 1 distill --teacher "$work/gaussian" --out "$work/none" --steps 1
run 1 distill --teacher "$model" --text "$work/lines" --out "$work/none" --steps 1
holds "$work/err" "a teacher is a model of lines" "a model that cannot teach"
run 2 distill --teacher "$work/nowhere" --text "$work/lines" --out "$work/none" --steps 1
finish
