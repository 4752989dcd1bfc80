#!/usr/bin/env python3
"""What a model loses where it takes few steps, and what its student regains.

    few_steps.py --model TEACHER [--student STUDENT] --steps 16 4 --references LINES [--samples 200]
                 [--sampler NAME] [--program lacuna-model]

Samples of `generate` are scored by a Kneser-Ney 4-gram of LINES, which neither model was trained on: bits a
token, the fewer the better; the table has every model at every number of steps, lines that occur more than once
and the time a sample takes. `loss` is what the teacher's bits grow by from the first to the last number of
steps; `regained` the share of that which the student is better by at the last one."""
import argparse
import collections
import math
import re
import subprocess
import sys
import time

TOKEN = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")


class Ngrams:
    """Interpolated Kneser-Ney with one discount (Chen and Goodman 1999)."""

    def __init__(self, lines, order=4, discount=0.75):
        self.order, self.discount = order, discount
        self.counts = [collections.defaultdict(collections.Counter) for _ in range(order)]
        self.words = {"</s>"}
        for line in lines:
            words = ["<s>"] * (order - 1) + line + ["</s>"]
            self.words.update(line)
            for i in range(order - 1, len(words)):
                self.counts[order - 1][tuple(words[i - order + 1:i])][words[i]] += 1
        for n in range(order - 1, 0, -1):
            for context, after in self.counts[n].items():
                for word in after:
                    self.counts[n - 1][context[1:]][word] += 1
        self.totals = [{c: sum(a.values()) for c, a in level.items()} for level in self.counts]

    def chance(self, context, word):
        p = 1 / (len(self.words) + 1)
        for n in range(self.order):
            history = context[len(context) - n:]
            after = self.counts[n].get(history)
            if after:
                total = self.totals[n][history]
                p = max(after[word] - self.discount, 0) / total + self.discount * len(after) / total * p
        return p

    def bits(self, lines):
        bits = tokens = 0
        for line in lines:
            words = ["<s>"] * (self.order - 1) + line + ["</s>"]
            for i in range(self.order - 1, len(words)):
                bits -= math.log2(self.chance(tuple(words[i - self.order + 1:i]), words[i]))
                tokens += 1
        return bits / tokens


def tokens(text):
    return [TOKEN.findall(line.lower()) for line in text.splitlines() if line.strip()]


def sample(options, model, steps):
    command = options.program.split() + ["generate", "--model", model, "--count", str(options.samples),
                                         "--steps", str(steps), "--seed", str(options.seed)]
    if options.sampler:
        command += ["--sampler", options.sampler]
    began = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("few_steps: %s failed" % " ".join(command))
    return done.stdout, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="lacuna-model")
    parser.add_argument("--model", required=True)
    parser.add_argument("--student", action="append", default=[])
    parser.add_argument("--steps", nargs="+", type=int, required=True)
    parser.add_argument("--references", required=True)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--sampler")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with open(options.references, encoding="utf-8") as file:
        references = tokens(file.read())
    ngrams = Ngrams(references)
    found = {}
    print("%-40s %6s %10s %9s %9s" % ("model", "steps", "bits/token", "repeated", "ms"))
    for model in [options.model] + options.student:
        for steps in options.steps:
            text, seconds = sample(options, model, steps)
            lines = text.splitlines()
            found[model, steps] = ngrams.bits(tokens(text))
            print("%-40s %6d %10.3f %9.3f %9.1f" % (model[-40:], steps, found[model, steps],
                                                    1 - len(set(lines)) / len(lines), 1000 * seconds / len(lines)))
            sys.stdout.flush()
    many, few = options.steps[0], options.steps[-1]
    loss = found[options.model, few] - found[options.model, many]
    print("loss %.3f bits, %.1f %%" % (loss, 100 * loss / found[options.model, many]))
    for model in options.student:
        if loss > 0:
            print("%s regained %.2f of it" % (model, (found[options.model, few] - found[model, few]) / loss))


if __name__ == "__main__":
    main()
