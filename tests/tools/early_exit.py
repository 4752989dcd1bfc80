#!/usr/bin/env python3
"""What an early exit saves and costs on infilling.

    early_exit.py ITEMS.jsonl --early-exit 0.6 0.75 [--count 5] [--limit N] [--program lacuna-model] [--model M]

ITEMS has a line {"kind", "text", "spans"} for each question; the text in the spans is the reference. Every
question is answered with all steps and with each early exit: steps of the answers, word-F1 and exact answers
of the first alternative, and their paired differences with the standard error."""
import argparse
import collections
import json
import math
import re
import subprocess
import sys
import tempfile

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words(text):
    return collections.Counter(WORD.findall(text.lower().replace("’", "'")))


def f1(fill, reference):
    a, b = words(fill), words(reference)
    if not a or not b:
        return float(a == b)
    return 2 * sum((a & b).values()) / (sum(a.values()) + sum(b.values()))


def answers(options, items, early_exit):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        for number, item in enumerate(items):
            file.write(json.dumps({"id": number, "text": item["text"], "spans": item["spans"], "seed": 1,
                                   "count": options.count, "early_exit": early_exit}) + "\n")
        file.flush()
        command = options.program.split() + ["infill", "--model", options.model, "--requests", file.name]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if len(found) != len(items) or any("error" in answer for answer in found):
        sys.exit("early_exit: %s did not answer every question" % " ".join(command))
    return found


def figures(item, answer):
    text, fills = item["text"].encode(), answer["alternatives"][0]["fills"]
    references = [text[a:b].decode() for a, b in item["spans"]]
    return {"steps": answer["steps"],
            "f1": sum(f1(fill, ref) for fill, ref in zip(fills, references)) / len(fills),
            "exact": sum(fill.strip() == ref.strip() for fill, ref in zip(fills, references)) / len(fills),
            "fills": fills}


def show(kind, early_exit, pairs):
    count = len(pairs)
    mean = {k: sum(found[k] for _, found in pairs) / count for k in ("steps", "f1", "exact")}
    whole = sum(base["steps"] for base, _ in pairs) / count
    off = {k: [found[k] - base[k] for base, found in pairs] for k in ("f1", "exact")}
    parts = []
    for k, values in off.items():
        middle = sum(values) / count
        error = math.sqrt(sum((v - middle) ** 2 for v in values)) / count
        parts.append("%s %.4f (%+.4f ±%.4f)" % (k, mean[k], middle, error))
    same = sum(base["fills"] == found["fills"] for base, found in pairs) / count
    print("%-9s early_exit %-5g n %4d  steps %.2f of %.2f (saved %.1f %%)  %s  same %.3f"
          % (kind, early_exit, count, mean["steps"], whole, 100 * (1 - mean["steps"] / whole), "  ".join(parts), same))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("items")
    parser.add_argument("--early-exit", nargs="+", type=float, required=True)
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--program", default="lacuna-model")
    parser.add_argument("--model", default="default")
    options = parser.parse_args()
    with open(options.items, encoding="utf-8") as file:
        items = [json.loads(line) for line in file if line.strip()]
    items = items[:options.limit] if options.limit else items
    base = [figures(*pair) for pair in zip(items, answers(options, items, 0))]
    for early_exit in options.early_exit:
        found = [figures(*pair) for pair in zip(items, answers(options, items, early_exit))]
        for kind in sorted({item.get("kind", "all") for item in items} - {"all"}) + ["all"]:
            pairs = [(a, b) for item, a, b in zip(items, base, found) if kind in (item.get("kind"), "all")]
            show(kind, early_exit, pairs)


if __name__ == "__main__":
    main()
