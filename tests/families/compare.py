"""compare.py LACUNA-MODEL: every family that has a file here against its network in numpy, and what `info` says of it."""
import sys, tempfile
import numpy as np
import bert, diffugpt, modernbert
from checkpoint import read_facts, read_logits

FAMILIES = [bert, diffugpt, modernbert]


def check_logits(program, family, folder):
    bad = 0
    for number, (name, options) in enumerate(family.cases.items()):
        at = "%s/%s-%d" % (folder, family.__name__, number)
        ids, expected = family.make(at, **options)
        worst = np.abs(read_logits(program, at, ids) - expected).max() / np.abs(expected).max()
        print("%-40s largest difference %.1e of the largest value" % (name, worst))
        bad += not worst < 1e-5
    return bad


def check_facts(program, family, folder):
    told = read_facts(program, "%s/%s-0" % (folder, family.__name__))
    wrong = {name: (told.get(name), value) for name, value in family.facts.items() if told.get(name) != value}
    for name, (got, value) in wrong.items():
        print("%s: info says %s is %s, not %s" % (family.__name__, name, got, value))
    return len(wrong)


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        return sum(check_logits(program, family, folder) + check_facts(program, family, folder) for family in FAMILIES)


sys.exit(main(sys.argv[1]) != 0)
