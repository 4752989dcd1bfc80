#!/usr/bin/env python3
"""What a model loses where it takes few steps, and what its student regains.

    few_steps.py --model TEACHER [--student STUDENT] --steps 16 4 --references LINES [--samples 200]
                 [--sampler NAME] [--program lacuna-model]

Samples of `generate` are scored by a Kneser-Ney 4-gram of LINES, which neither model was trained on: bits a
token, the fewer the better; the table has every model at every number of steps, lines that occur more than once
and the time a sample takes. `loss` is what the teacher's bits grow by from the first to the last number of
steps; `regained` the share of that which the student is better by at the last one."""
import argparse
import subprocess
import sys
import time

from evaluate_control import FourGram
from tag_words import tokens_of


def lines_of(text):
    return [tokens_of(line) for line in text.splitlines() if line.strip()]


def bits_of(grams, lines):
    bits, tokens = (sum(column) for column in zip(*(grams.bits(words) for words in lines)))
    return bits / tokens


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
        references = lines_of(file.read())
    grams = FourGram(references, {word for words in references for word in words})
    found = {}
    print("%-40s %6s %10s %9s %9s" % ("model", "steps", "bits/token", "repeated", "ms"))
    for model in [options.model] + options.student:
        for steps in options.steps:
            text, seconds = sample(options, model, steps)
            lines = text.splitlines()
            found[model, steps] = bits_of(grams, lines_of(text))
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
