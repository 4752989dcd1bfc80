#!/usr/bin/env python3
"""How well a model of the E2E restaurant sentences obeys `generate --control`, and how good what it writes is.

    evaluate_control.py LACUNA-MODEL MODEL… --train train.tsv --test test.tsv [--targets 50] [--samples 20]

Both files hold lines "slot[value], slot[value] … TAB sentence"; the targets are drawn from the training file, the 4-gram is
made of the test file. One row a model, the same for Gaussian models (guides) and for those that read attributes:

  content    share of samples that say slot=value, the unguided rate of the same targets behind it
  pos        share of words with the tag that was asked for, and of sentences that have all of them (tag_words.py tags them)
  length     share of samples whose words are within 2 of what was asked, and how many are exact
  bits       bits a token under a Kneser-Ney 4-gram of the test sentences, over those of the test sentences themselves, ten
             parts by ten: each is scored by a 4-gram of the other nine, by which the samples are scored too
  distinct   share of different sentences; of different 4-grams among all
  verbatim   share of samples that are a training sentence word for word
  infill     share of answers that keep every byte around the hole, and their bits as above
  ms         a sample, the model's loading included

`--check` shows how often what the rules call success is said by the test sentences of that value, and by those of others.
"""
import argparse
import collections
import json
import math
import random
import re
import subprocess
import sys
import time

from tag_words import Tagger, tokens_of

LABEL = re.compile(r"([^\[\],][^\[]*)\[([^\]]*)\]")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def read(path):
    rows = []
    for line in open(path, encoding="utf-8"):
        labels, text = line.rstrip("\n").split("\t")
        rows.append(({k.strip(): v for k, v in LABEL.findall(labels)}, text))
    return rows


# ---- what a sentence says

CHILD = r"(famil|kid|child)"
NO_CHILD = re.compile(r"(\bnot?\b|n't\b|\bnon\b|\bun|\bwithout\b|\bnever\b)[\w' £,-]{0,28}" + CHILD + "|" + CHILD +
                      r"[\w' -]{0,16}(\bnot\b|n't\b|unfriendly|unwelcome)|\badults?\b|non-?" + CHILD + "|" + CHILD + r"\w*-free", re.I)
PRICES = {
    "cheap": r"cheap|inexpensive|low\w*[ -](pric|cost)|pric\w*( range)? (is|are|in the)? ?low|affordabl",
    "moderate": r"moderate|mid[ -]?(range|pric)|averag\w*[ -]pric|reasonabl",
    "high": r"high\w*[ -](pric|cost|end)|(?<!in)expensive|pricey|pric\w*( range)? (is|are|being) (very |quite |a bit )?high|cost\w* (is )?high",
    "less than £20": r"(less|lower|under|below|cheaper)[\w ]{0,12}(£|l)? ?20|cheap|low\w*[ -]pric",
    "£20-25": r"20[ £-]{1,4}(to |and )?£?25|20 (and|to) £?25",
    "more than £30": r"(more|over|above|higher|upward)[\w ]{0,12}£? ?30|£30|30 (pound|euro)",
}
NUMBERS = {"1": "1|one", "3": "3|three", "5": "5|five"}


def rating(value):
    score = re.match(r"(\d) out of 5", value)
    if score:
        n = NUMBERS[score[1]]
        return rf"\b({n})( out|/)? ?(of |/ ?)(5|five)\b|\b({n})[ -]stars?"
    words = {"low": "low|poor|bad", "average": "averag|decent|okay", "high": "high|excellent|great|good|well"}[value]
    return rf"\b({words})\w*[ -](customer |costumer |consumer )?(satisfaction )?(rat|review)|(rat\w+|reviews?)( \w+){{0,4}} ({words})|({words})[ -]rated"


def plain(text):
    return text.lower().replace("é", "e")


def says(text, slot, value):
    low = plain(text)
    if slot == "familyFriendly":
        against = bool(NO_CHILD.search(text))
        return against if value == "no" else bool(re.search(CHILD, low)) and not against
    if slot == "area":
        return bool(re.search(r"river" if value == "riverside" else r"(city|town)[ -]?(cent)|cent\w+ of (the )?(city|town)", low))
    if slot == "priceRange":
        return bool(re.search(PRICES[value], low)) if value in PRICES else plain(value) in low
    if slot == "customer rating":
        return bool(re.search(rating(value), low))
    if slot == "food":
        low = low.replace("raja indian cuisine", "")
    return plain(value).replace("-", " ") in low.replace("-", " ")


# ---- bits

class FourGram:
    """Interpolated Kneser-Ney (Chen and Goodman 1999), one discount a level."""

    def __init__(self, sentences, vocabulary, order=4):
        self.order, self.size = order, len(vocabulary) + 1
        counts = [collections.Counter() for _ in range(order)]
        for words in sentences:
            padded = ["<s>"] * (order - 1) + words + ["</s>"]
            for at in range(order - 1, len(padded)):
                counts[-1][tuple(padded[at - order + 1:at + 1])] += 1
        for level in range(order - 2, -1, -1):
            for gram in counts[level + 1]:
                counts[level][gram[1:]] += 1
        self.counts, self.totals, self.kinds, self.discounts = counts, [], [], []
        for level in counts:
            total, kinds, by_count = collections.Counter(), collections.Counter(), collections.Counter(level.values())
            for gram, count in level.items():
                total[gram[:-1]] += count
                kinds[gram[:-1]] += 1
            self.totals.append(total)
            self.kinds.append(kinds)
            self.discounts.append(by_count[1] / (by_count[1] + 2 * by_count[2]) if by_count[1] and by_count[2] else 0.5)

    def probability(self, gram):
        p = 1 / self.size
        for level in range(self.order):
            part = gram[self.order - 1 - level:]
            total = self.totals[level].get(part[:-1])
            if not total:
                break
            d = self.discounts[level]
            p = max(self.counts[level].get(part, 0) - d, 0) / total + d * self.kinds[level][part[:-1]] / total * p
        return p

    def bits(self, words):
        padded = ["<s>"] * (self.order - 1) + words + ["</s>"]
        return sum(-math.log2(self.probability(tuple(padded[at - self.order + 1:at + 1])))
                   for at in range(self.order - 1, len(padded))), len(words) + 1


class Judge:
    """Ten 4-grams, each of nine tenths of the test sentences; those of one meaning stay together."""

    def __init__(self, rows, parts=10):
        meanings = {}
        for labels, text in rows:
            meanings.setdefault(tuple(sorted(labels.items())), []).append(tokens_of(text))
        self.parts = [[] for _ in range(parts)]
        for number, key in enumerate(sorted(meanings)):
            self.parts[number % parts] += meanings[key]
        vocabulary = {word for part in self.parts for words in part for word in words}
        self.models = [FourGram([w for k, part in enumerate(self.parts) if k != out for w in part], vocabulary)
                       for out in range(parts)]
        bits, tokens = 0, 0
        for out, part in enumerate(self.parts):
            for words in part:
                more, count = self.models[out].bits(words)
                bits, tokens = bits + more, tokens + count
        self.own = bits / tokens

    def bits(self, texts):
        total, tokens = 0, 0
        for number, text in enumerate(texts):
            more, count = self.models[number % len(self.models)].bits(tokens_of(text))
            total, tokens = total + more, tokens + count
        return total / tokens if tokens else float("nan")


# ---- the model

class Refused(Exception):
    pass


class Model:
    def __init__(self, program, path, more):
        self.program, self.path, self.more, self.spent, self.written = program, path, more, 0.0, 0

    def generate(self, count, seed, arguments):
        call = [self.program, "generate", "--model", self.path, "--count", str(count), "--seed", str(seed), *self.more, *arguments]
        start = time.monotonic()
        done = subprocess.run(call, capture_output=True, text=True)
        if done.returncode:
            raise Refused(done.stderr.strip())
        self.spent += time.monotonic() - start
        lines = done.stdout.splitlines()
        self.written += len(lines)
        return lines

    def control(self, count, seed, control):
        return self.generate(count, seed, ["--control", control])

    def infill(self, requests):
        done = subprocess.run([self.program, "infill", "--model", self.path, "--requests", "-"], capture_output=True, text=True,
                              input="".join(json.dumps(r) + "\n" for r in requests))
        return [json.loads(line) for line in done.stdout.splitlines()]


# ---- parts

def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else float("nan")


def content_targets(rows, count, rng):
    values = collections.Counter((k, v) for labels, _ in rows for k, v in labels.items())
    often = sorted(pair for pair, times in values.items() if times >= 20)
    return rng.sample(often, min(count, len(often)))


def measure_content(model, args, rows, rng, free):
    rates, unguided, texts, by_slot = [], [], [], collections.defaultdict(list)
    for number, (slot, value) in enumerate(content_targets(rows, args.targets, rng)):
        lines = model.control(args.samples, args.seed + number, f"{slot}={value}")
        rates.append(mean(says(t, slot, value) for t in lines))
        unguided.append(mean(says(t, slot, value) for t in free))
        by_slot[slot].append(rates[-1])
        texts += lines
        if args.verbose:
            print(f"  {slot}={value}  {rates[-1]:.2f}  unguided {unguided[-1]:.2f}  | {lines[0]}", file=sys.stderr)
    return {"content": mean(rates), "unguided": mean(unguided), "slots": {k: round(mean(v), 3) for k, v in sorted(by_slot.items())}}, texts


def measure_pos(model, args, rows, rng, tagger):
    words, wholes, texts = [], [], []
    sequences = [tagger.tag(tokens_of(text)) for _, text in rng.sample(rows, min(len(rows), 4 * args.targets))]
    sequences = [tags for tags in sequences if "X" not in tags and len(tags) <= 40][:args.targets]
    for number, tags in enumerate(sequences):
        for text in model.control(args.samples, args.seed + number, "pos=" + ",".join(tags)):
            got = tagger.tag(tokens_of(text))
            words.append(sum(a == b for a, b in zip(tags, got)) / len(tags))
            wholes.append(got == tags)
            texts.append(text)
        if args.verbose:
            print(f"  {mean(words[-args.samples:]):.2f}  {' '.join(tags)}  | {texts[-1]}", file=sys.stderr)
    return {"pos": mean(words), "pos_whole": mean(wholes)}, texts


def measure_length(model, args, rows, rng):
    near, exact, texts = [], [], []
    for number in range(args.targets):
        wanted = len(WORD.findall(rng.choice(rows)[1]))
        for text in model.control(args.samples, args.seed + number, f"length={wanted}"):
            off = abs(len(WORD.findall(text)) - wanted)
            near.append(off <= 2)
            exact.append(off == 0)
            texts.append(text)
    return {"length": mean(near), "length_exact": mean(exact)}, texts


def measure_infill(model, args, rows, rng, judge):
    requests, originals = [], []
    for number in range(args.infill):
        text = rng.choice(rows)[1]
        words = list(re.finditer(r"\S+", text))
        first = rng.randrange(len(words))
        last = min(len(words) - 1, first + rng.randrange(6))
        start, end = (len(text[:at].encode()) for at in (words[first].start(), words[last].end()))
        requests.append({"id": number, "text": text, "spans": [[start, end]], "seed": args.seed + number, "steps": args.infill_steps})
        originals.append(text)
    kept, texts = [], []
    for request, answer in zip(requests, model.infill(requests)):
        if "error" in answer:
            kept.append(False)
            continue
        (start, end), text = request["spans"][0], answer["alternatives"][0]["text"].encode()
        source = request["text"].encode()
        kept.append(text.startswith(source[:start]) and text.endswith(source[end:]) and len(text) >= len(source) - (end - start))
        texts.append(text.decode())
    return {"infill_kept": mean(kept), "infill_bits": judge.bits(texts) / judge.own, "infill_reference": judge.bits(originals) / judge.own}


def quality(texts, judge, known):
    grams, total = set(), 0
    for text in texts:
        words = tokens_of(text)
        for at in range(len(words) - 3):
            grams.add(tuple(words[at:at + 4]))
            total += 1
    return {"bits": judge.bits(texts) / judge.own, "distinct": len(set(texts)) / len(texts),
            "distinct_4": len(grams) / total if total else 0, "verbatim": mean(tuple(tokens_of(t)) in known for t in texts)}


def evaluate(program, path, args, train, test, judge, known):
    model, result, samples = Model(program, path, args.more), {"model": path}, {}
    rng = random.Random(args.seed)
    parts = args.parts.split(",")
    free = model.generate(args.free, args.seed, ["--steps", str(args.steps)] if args.steps else [])
    samples["free"] = free
    result["free"] = quality(free, judge, known)
    if args.steps:
        model.more = [*model.more, "--steps", str(args.steps)]
    for part, measure in (("content", lambda: measure_content(model, args, train, rng, free)),
                          ("pos", lambda: measure_pos(model, args, train, rng, Tagger())),
                          ("length", lambda: measure_length(model, args, train, rng))):
        if part not in parts:
            continue
        try:
            figures, samples[part] = measure()
            result.update(figures)
            result[part + "_quality"] = quality(samples[part], judge, known)
        except Refused as reason:
            result[part] = str(reason)
    result["ms"] = 1000 * model.spent / model.written
    if "infill" in parts:
        result.update(measure_infill(model, args, test, rng, judge))
    if args.save:
        with open(args.save, "a", encoding="utf-8") as out:
            for part, lines in samples.items():
                out.writelines(f"{part}\t{line}\n" for line in lines)
    return result


def rounded(value):
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def show(result):
    def share(key):
        value = result.get(key)
        return f"{100 * value:.1f} %" if isinstance(value, float) else "-"
    def ratios(key):
        return "/".join(f"{result[p][key]:.2f}" for p in ("free", "content_quality", "pos_quality", "length_quality") if p in result)
    print(f"| {result['model']} | {share('content')} ({share('unguided')}) | {share('pos')}, whole {share('pos_whole')} | "
          f"{share('length')}, exact {share('length_exact')} | {ratios('bits')} | {ratios('distinct')} | {ratios('verbatim')} | "
          f"{share('infill_kept')}, {result.get('infill_bits', float('nan')):.2f} | {result['ms']:.0f} |")


def check(rows):
    values = collections.Counter((k, v) for labels, _ in rows for k, v in labels.items())
    for slot, value in sorted(values):
        own = [says(t, slot, value) for labels, t in rows if labels.get(slot) == value]
        other = [says(t, slot, value) for labels, t in rows if labels.get(slot) != value]
        print(f"{slot}={value}: said by {100 * mean(own):.0f} % of its {len(own)} sentences, by {100 * mean(other):.1f} % of the others")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("models", nargs="*")
    parser.add_argument("--train", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--targets", type=int, default=50)
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--free", type=int, default=500, help="unguided samples")
    parser.add_argument("--infill", type=int, default=200, help="holes")
    parser.add_argument("--infill-steps", type=int, default=50)
    parser.add_argument("--parts", default="content,pos,length,infill")
    parser.add_argument("--steps", type=int, default=0, help="of a sample (default: the program's)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", help="the samples, to read")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--check", action="store_true")
    args, more = parser.parse_known_args()
    args.more = more
    train, test = read(args.train), read(args.test)
    if args.check:
        check(test)
        return
    judge, known = Judge(test), {tuple(tokens_of(text)) for _, text in train}
    print(f"test sentences: {judge.own:.3f} bits a token under a 4-gram of the others; bits below are ratios to that\n")
    print("| model | content (unguided) | parts of speech | length | bits: free/content/pos/length | distinct | verbatim | infill | ms |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for path in args.models:
        result = evaluate(args.program, path, args, train, test, judge, known)
        show(result)
        print(json.dumps(rounded(result), ensure_ascii=False), file=sys.stderr)


if __name__ == "__main__":
    main()
