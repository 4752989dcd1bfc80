"""compare.py LACUNA-MODEL: logits of every family that has a file here against its network in numpy."""
import sys, tempfile
import numpy as np
import bert
from checkpoint import read_logits

FAMILIES = [bert]


def main(program):
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for family in FAMILIES:
            for number, (name, options) in enumerate(family.cases.items()):
                at = "%s/%s-%d" % (folder, family.__name__, number)
                ids, expected = family.make(at, **options)
                got = read_logits(program, at, ids)
                worst = np.abs(got - expected).max() / np.abs(expected).max()
                print("%-40s largest difference %.1e of the largest value" % (name, worst))
                bad += not worst < 1e-5
    return bad


sys.exit(main(sys.argv[1]))
