# A stream of requests: every promise of the answers, and lines that are none.
. "$(dirname "$0")/check.inc"
check=$(dirname "$2")/check_answers
requests=$(dirname "$0")/requests.jsonl

run 2 infill --model "$model" --requests "$requests"
"$check" "$requests" "$work/out" >"$work/report" || wrong "$(cat "$work/report")"

# The same text with one thread and with two.
without_time() {
    sed 's/"ms":[0-9.]*//' "$1"
}
run 2 infill --model "$model" --threads 1 --requests "$requests"
without_time "$work/out" >"$work/one"
run 2 infill --model "$model" --threads 2 --requests "$requests"
without_time "$work/out" >"$work/two"
same "$work/one" "$work/two" "one and two threads"

# The bytes in the span have no influence.
echo '{"text":"The old man went to the sea.","spans":[[24,27]],"count":3}' >"$work/a"
echo '{"text":"The old man went to the house of his father.","spans":[[24,43]],"count":3}' >"$work/b"
fills() {
    "$program" infill --model "$model" --requests "$1" | tr '{' '\n' | sed -n 's/.*"fills":\(\[[^]]*\]\).*/\1/p'
}
fills "$work/a" >"$work/fills.a"
fills "$work/b" >"$work/fills.b"
same "$work/fills.a" "$work/fills.b" "the bytes in the span"
[ -s "$work/fills.a" ] || wrong "no fills"

# A bad line spoils itself alone; each line has its answer.
good='{"id":1,"text":"The old man","spans":[[4,7]],"length":2}'
{
    echo "$good"
    echo ''
    echo '{"id":2'
    echo '[]'
    printf '{"id":3,"text":"\377","spans":[]}\n'
    printf '{"id":4}\000\n'
    printf '%5000s\n' '' | tr ' ' '['
    echo '{"id":5,"id":6,"text":"a","spans":[]}'
    echo "$good"
    printf '%s' "$good"
} >"$work/lines"
run 2 infill --model "$model" --requests "$work/lines"
[ "$(wc -l <"$work/out")" -eq 10 ] || wrong "$(wc -l <"$work/out") answers to 10 lines"
[ "$(grep -c '"code":"bad_json"' "$work/out")" -eq 5 ] || wrong "five lines are no JSON: $(cut -c1-120 "$work/out")"
[ "$(grep -c '"code":"bad_request"' "$work/out")" -eq 2 ] || wrong "two lines are no requests: $(cut -c1-120 "$work/out")"
[ "$(grep -c '^{"id":1,"alternatives"' "$work/out")" -eq 3 ] || wrong "three lines are good: $(cut -c1-120 "$work/out")"

# Answers come one by one: the first is there before the second is asked.
mkfifo "$work/in"
"$program" infill --model "$model" --requests - <"$work/in" >"$work/live" &
job=$!
exec 3>"$work/in"
echo "$good" >&3
tries=0
until [ -s "$work/live" ] || [ "$tries" -ge 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
[ "$(wc -l <"$work/live")" -eq 1 ] || wrong "the first answer waits for the second request"
exec 3>&-
wait "$job" || wrong "a stream of good requests ends with status 0"

# An empty stream is no failure, a missing file and options that belong into the requests are.
: >"$work/lines"
run 0 infill --model "$model" --requests "$work/lines"
run 2 infill --model "$model" --requests "$work/none"
holds "$work/err" "$work/none" "a missing file is named"
run 1 infill --model "$model" --requests "$work/lines" --steps 3
holds "$work/err" --steps "the option is named"
finish
