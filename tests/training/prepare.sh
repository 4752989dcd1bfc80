#!/bin/sh
# prepare.py labels sentences as they are and writes a folder that lacuna-model train reads.
# prepare.sh LACUNA-MODEL SOURCE; status 77: numpy is not installed.
set -e
model=$1 source=$2
python=
for one in python3 /usr/bin/python3; do
    if "$one" -c 'import numpy' 2>/dev/null; then python=$one; break; fi
done
[ -n "$python" ] || { echo "skipped: no python3 with numpy"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
PYTHONDONTWRITEBYTECODE=1 "$python" - "$source/model/training" <<'TEST'
import json, random, subprocess, sys
sys.path.insert(0, sys.argv[1])
import attributes

for text, held in (("Why did he leave the house?", {"question", "past", "third person"}),
                   ("I will write a letter tomorrow.", {"future", "first person"}),
                   ("The letter was written by his brother.", {"past", "passive"}),
                   ("Thou art come, and thy servant hath seen it.", {"archaic"}),
                   ("What a wonderful day!", {"exclamation", "positive"})):
    found = set(attributes.labels(text, ""))
    if not held <= found:
        sys.exit("%s: %s, not %s" % (text, sorted(found), sorted(held)))

random.seed(2)
words = "the old keeper of light walked slowly towards harbour before storm and winter caf\u00e9 ships remembered her voice mountain yellow question paper basket finger justice window morning shoulder".split()
for name, many in (("train", 60), ("valid", 8), ("test", 8)):
    with open(name + ".jsonl", "w", encoding="utf-8") as f:
        for _ in range(many):
            text = "\n".join(" ".join("Then " + " ".join(random.choices(words, k=7)) + random.choice(".?!") for _ in range(4))
                             for _ in range(6))
            print(json.dumps({"kind": "fiction", "text": text}), file=f)
subprocess.run([sys.executable, sys.argv[1] + "/prepare.py", "data", "--train", "train.jsonl", "--valid", "valid.jsonl", "--test",
                "test.jsonl", "--vocab", "384"], check=True, stdout=subprocess.DEVNULL)
ids = memoryview(open("data/test.tokens.bin", "rb").read()).cast("H").tolist()
with open("ids", "w") as f:
    print(*ids, file=f)
with open("text", "w", encoding="utf-8", newline="") as f:
    f.write("".join(json.loads(line)["text"] for line in open("test.jsonl", encoding="utf-8")) + "\n")
TEST
"$model" train --preset tiny --data data --out run --steps 2 --length 64 --tokens 256 --validate 0 2>/dev/null
grep -q '"first person"' run/config.json
"$model" detokenize --model run ids | cmp - text
"$model" tokenize --model run text | "$model" detokenize --model run - | cmp - text
