#!/bin/sh
# Both trainers, the same first weights and the same rows: their losses must agree within 1e-3 for 20 steps.
# compare.sh LACUNA-MODEL SOURCE; status 77: PyTorch is not installed.
set -e
model=$1 source=$2
python=
for one in python3 /usr/bin/python3; do
    if "$one" -c 'import numpy, torch' 2>/dev/null; then python=$one; break; fi
done
[ -n "$python" ] || { echo "skipped: no python3 with torch and numpy"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" - "$work/text" <<'TEXT'
import random, sys
random.seed(1)
words = "the old keeper of light walked slowly towards harbour before storm and winter seven ships remembered her voice".split()
with open(sys.argv[1], "w") as f:
    for _ in range(2500):
        f.write("Then " + " ".join(random.choice(words) for _ in range(random.randint(4, 12))) + random.choice([". ", "? ", ".\n\n"]))
TEXT
run() {
    "$model" train --preset tiny --length 64 --tokens 512 --part 256 --validate 0 --report 1 --type f32 "$@" 2>/dev/null
}
run --text "$work/text" --vocabulary 448 --out "$work/first" --steps 1 --rate 1e-8
for case in "0 muon" "1 adamw"; do
    causal=${case% *} optimizer=${case#* }
    run --data "$work/first/data" --init "$work/first" --out "$work/c" --record "$work/rows" --steps 20 --warmup 5 --causal "$causal" \
        --optimizer "$optimizer" --rate 2e-3
    "$python" "$source/model/training/train.py" --data "$work/first/data" --init "$work/first" --out "$work/torch" --replay "$work/rows" \
        --preset tiny --optimizer "$optimizer" --length 64 --validate 0 --report 1 --threads 1 > /dev/null
    "$python" - "$work/c/log.jsonl" "$work/torch/log.jsonl" "causal $causal, $optimizer" <<'COMPARE'
import json, sys
one, two = ([r["loss"] for r in map(json.loads, open(p)) if "loss" in r] for p in sys.argv[1:3])
worst = max(abs(a - b) for a, b in zip(one, two))
print("%s: %d steps, loss %.4f to %.4f, largest difference %.5f" % (sys.argv[3], len(one), one[0], one[-1], worst))
sys.exit(len(one) != 20 or len(two) != 20 or worst > 1e-3)
COMPARE
done
