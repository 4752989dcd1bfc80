"""compare.py LACUNA-MODEL: every family that has a file here against its network in numpy, and what `info` says of it."""
import re, sys, tempfile
import numpy as np
import bert, chat, diffugpt, dreamon, lengths, modernbert, refused
from checkpoint import fill, read_facts, read_logits, refusal

FAMILIES = [bert, chat, diffugpt, dreamon, lengths, modernbert]


def check_logits(program, family, folder):
    bad = 0
    for number, (name, options) in enumerate(family.cases.items()):
        at = "%s/%s-%d" % (folder, family.__name__, number)
        ids, expected = family.make(at, **options)
        if expected is None:
            continue
        worst = np.abs(read_logits(program, at, ids) - expected).max() / np.abs(expected).max()
        print("%-40s largest difference %.1e of the largest value" % (name, worst))
        bad += not worst < 5e-5
    return bad


def check_facts(program, family, folder):
    told = read_facts(program, "%s/%s-0" % (folder, family.__name__))
    wrong = {name: (told.get(name), value) for name, value in family.facts.items() if told.get(name) != value}
    for name, (got, value) in wrong.items():
        print("%s: info says %s is %s, not %s" % (family.__name__, name, got, value))
    return len(wrong)


def check_holes(program, family, folder):
    bad = 0
    for case, request, expected in getattr(family, "holes", []):
        best = fill(program, "%s/%s-%d" % (folder, family.__name__, case), request)
        fine = best["lengths"] == [expected] if isinstance(expected, int) else re.fullmatch(expected, best["text"])
        if not fine:
            print("%s-%d: %s gave %s" % (family.__name__, case, request, best))
            bad += 1
    return bad


def check_refusals(program, folder):
    bad = 0
    for number, (make, pattern) in enumerate(refused.refusals):
        at = "%s/refused-%d" % (folder, number)
        make(at)
        code, message = refusal(program, at)
        if code != 2 or not re.search(pattern, message):
            print("refused-%d: exit %d, %s" % (number, code, message))
            bad += 1
    return bad


def main(program):
    checks = check_logits, check_facts, check_holes
    with tempfile.TemporaryDirectory() as folder:
        bad = sum(check(program, family, folder) for family in FAMILIES for check in checks)
        return bad + check_refusals(program, folder)


sys.exit(main(sys.argv[1]) != 0)
