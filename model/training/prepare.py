#!/usr/bin/python3
"""Turn documents into the files that README.md describes: a byte-level BPE tokenizer, token ids, document and sentence
ranges, and attribute labels by rules.

    prepare.py OUT --train FILE… --valid FILE… --test FILE… [--verses FILE:COLUMN:KIND…] [--vocab 16384] [--jobs 2]
               [--fraction 1.0] [--examples 0]

A file of documents holds one a line, {"kind": "fiction", "text": "a paragraph\\na paragraph"}; kind is fiction, essay,
technical, manual, archaic, plain or empty. A file of verses holds one a line, tab-separated; a column of it joins the
train part, forty verses a document. Either may be compressed by xz (names that end in .xz).

Python 3.11 and numpy. The same input gives the same bytes whatever the number of jobs.
"""
import argparse
import collections
import heapq
import json
import lzma
import multiprocessing
import pathlib
import random
import re
import sys
import time
import unicodedata

import numpy as np

import attributes

SPECIALS = ["<pad>", "<mask>", "<null>", "<none>", "<bos>", "<eos>"]
ATTRIBUTES = [f"<{slot}={value.replace(' ', '_')}>" for slot, value in attributes.VALUES]
FIRST_BYTE = len(SPECIALS) + len(ATTRIBUTES)        # the token of byte b is FIRST_BYTE + b
FIRST_MERGE = FIRST_BYTE + 256
SENTENCE = np.dtype([("start", "<u4"), ("end", "<u4"), ("labels", "<u8")])
BIT = {value: k for k, (_, value) in enumerate(attributes.VALUES)}
VERSES = 40                                         # make a document
WORDS_LIMIT = 250_000                               # most frequent words that the merges are counted on

# ---- pieces

def _category(letter):
    """The characters of a Unicode category (L or N), as the inside of a bracket expression: `re` has no \\p{L}."""
    held = [unicodedata.category(chr(c))[0] == letter for c in range(sys.maxunicode + 1)] + [False]
    edges = [c for c in range(len(held)) if held[c] != held[c - 1]]
    return "".join(f"\\U{a:08x}-\\U{b - 1:08x}" for a, b in zip(edges[::2], edges[1::2]))


# GPT-2's pattern with at most three digits a piece
PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def _pattern(letters, numbers):
    text = PATTERN.replace(r"[^\s\p{L}\p{N}]", rf"[^\s{letters}{numbers}]")
    return re.compile(text.replace(r"\p{L}", f"[{letters}]").replace(r"\p{N}", f"[{numbers}]"))


_ASCII_PIECES, _ANY_PIECES = _pattern("A-Za-z", "0-9").findall, _pattern(_category("L"), _category("N")).findall


def pieces(text):
    return (_ASCII_PIECES if text.isascii() else _ANY_PIECES)(text)


def byte_alphabet():
    """GPT-2's printable character for each byte, as tokenizer.json spells tokens."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [b for b in range(256) if b not in plain]
    return {**{b: chr(b) for b in plain}, **{b: chr(256 + k) for k, b in enumerate(rest)}}


def train_merges(counts, n_merges, progress):
    """Byte-pair merges [(left id, right id)] learnt from {piece: count}; ties go to the lower ids."""
    words, freqs = [], []
    pairs, where = collections.defaultdict(int), collections.defaultdict(list)
    chosen = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:WORDS_LIMIT]
    for text, freq in chosen:
        word = [FIRST_BYTE + b for b in text.encode()]
        if len(word) < 2:
            continue
        for pair in zip(word, word[1:]):
            pairs[pair] += freq
            where[pair].append(len(words))
        words.append(word)
        freqs.append(freq)
    heap = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(heap)
    merges = []
    while heap and len(merges) < n_merges:
        count, pair = heapq.heappop(heap)
        now = pairs.get(pair, 0)
        if now != -count:                            # counts only fall after a pair was pushed
            if now > 1:
                heapq.heappush(heap, (-now, pair))
            continue
        a, b = pair
        new = FIRST_MERGE + len(merges)
        merges.append(pair)
        if len(merges) % 2000 == 0:
            progress(f"{len(merges)} merges, count {now}")
        touched = set()
        for at in set(where.pop(pair)):
            old, freq = words[at], freqs[at]
            if a not in old:
                continue
            word, i, n, hit = [], 0, len(old), False
            while i < n:
                if old[i] == a and i + 1 < n and old[i + 1] == b:
                    word.append(new)
                    i += 2
                    hit = True
                else:
                    word.append(old[i])
                    i += 1
            if not hit:
                continue
            for p in zip(old, old[1:]):
                pairs[p] -= freq
            for p in zip(word, word[1:]):
                pairs[p] += freq
                if p[0] == new or p[1] == new:
                    where[p].append(at)
                    touched.add(p)
            words[at] = word
        pairs.pop(pair, None)
        for p in touched:
            heapq.heappush(heap, (-pairs[p], p))
    return merges


class Tokenizer:
    """Byte-level BPE; the ids of a piece are kept as little-endian uint16 bytes, so that a text is one join."""

    def __init__(self, merges):
        self.merges = merges
        self.rank = {pair: FIRST_MERGE + k for k, pair in enumerate(merges)}
        self.bytes = [b""] * FIRST_BYTE + [bytes([b]) for b in range(256)]
        for a, b in merges:
            self.bytes.append(self.bytes[a] + self.bytes[b])
        self.cache = _Cache(self.rank)

    def packed(self, text):
        return b"".join(map(self.cache.__getitem__, pieces(text)))

    def encode(self, text):
        return np.frombuffer(self.packed(text), "<u2").tolist()

    def decode(self, ids):
        return b"".join(self.bytes[t] for t in ids).decode("utf-8", "replace")

    def save(self, path):
        letters = byte_alphabet()
        names = SPECIALS + ATTRIBUTES + ["".join(letters[b] for b in t) for t in self.bytes[FIRST_BYTE:]]
        special = [dict(id=k, content=name, single_word=False, lstrip=False, rstrip=False, normalized=False,
                        special=True) for k, name in enumerate(names[:FIRST_BYTE])]
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
        split = {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated", "invert": False}
        model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                 "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
                 "vocab": {name: k for k, name in enumerate(names)},
                 "merges": [f"{names[a]} {names[b]}" for a, b in self.merges]}
        path.write_text(json.dumps({
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": special, "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
            "post_processor": None, "decoder": byte_level, "model": model}, ensure_ascii=False, indent=0), "utf-8")


class _Cache(dict):
    def __init__(self, rank):
        super().__init__()
        self.rank = rank

    def __missing__(self, piece):
        rank = self.rank
        word = [FIRST_BYTE + b for b in piece.encode()]
        while len(word) > 1:
            best = min(zip(word, word[1:]), key=lambda p: rank.get(p, 1 << 30))
            if best not in rank:
                break
            merged, i = [], 0
            while i < len(word):
                if i + 1 < len(word) and (word[i], word[i + 1]) == best:
                    merged.append(rank[best])
                    i += 2
                else:
                    merged.append(word[i])
                    i += 1
            word = merged
        self[piece] = packed = np.array(word, "<u2").tobytes()
        return packed


# ---- sentences

# a mark that may end a sentence, what closes after it, blanks, and (looked at only) what opens and begins the next
_MARK = re.compile(r"""([.!?\u2026]+)(["')\]\u201d\u2019*_]*)\s+(?=(["'(\[\u201c\u2018`*\u2014\u2013-]*\s?)(\w?))""")
_NEXT = re.compile(r"[\w'.-]+")
_TAG = re.compile(r"(?:[A-Z][\w'-]*\.? ){1,3}(?:%s)\b" % "|".join(sorted(attributes.SPEECH)))
_TITLES = set("""Mr Mrs Ms Messrs Mme Mlle M Dr St Prof Rev Hon Capt Col Gen Lt Sgt Maj Cpl Gov Sen Rep Pres Fr Sr Sra
Esq Mt Ft Adm Cmdr Insp Supt Det Mgr Msgr vs cf viz eg ie al approx resp ca dept Dept Cf Viz""".split())
_BEFORE_NUMBER = set("""no nos fig figs vol vols ch chap sec sect art pp p pg eq ref vv v bk ed pt ver op lib
cap""".split())
_SOFT = set("""etc inc ltd co corp jr sr bros est govt assn ave blvd rd jan feb mar apr jun jul aug sept sep oct nov
dec""".split())
_DOTTED = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]$")
_STARTERS = set("""The A An It In He She They We You I This That These Those There If But And So When As For However At
On What Then His Her My Our Their After Before While Since Because Not No Yes One Some Many Most All Also Although
Now To By With From Here How Why Where Who Its Your Or Once Until Even Each Such Both Another Other""".split())


def sentences(paragraph):
    """Cut a paragraph into sentences that tile it; the blank between two belongs to the second."""
    out, start = [], 0
    for m in _MARK.finditer(paragraph):
        term, close, opening, letter = m.groups()
        if not letter or letter.islower() or m.start() == start:
            continue
        nxt = _NEXT.match(paragraph, m.end() + len(opening))
        nxt = nxt.group() if nxt else ""
        if term == "." and close in ("", ")", "]"):
            i = max(paragraph.rfind(" ", 0, m.start()) + 1, start)
            word = re.split(r"[\u2014\u2013(\[\"'`/-]", paragraph[i:m.start()])[-1]
            if word in _TITLES or len(word) == 1 and word.isalpha() and word not in ("I", "a") and (
                    word.isupper() or letter.isdigit()):
                continue
            if word.isdigit() and len(word) < 3 and i <= start + 1 or word == "":
                continue
            if word.lower() in _BEFORE_NUMBER and (letter.isdigit() or re.fullmatch("[IVXLC]+", nxt)):
                continue
            if (word.lower() in _SOFT or _DOTTED.match(word)) and (word in ("i.e", "e.g") or nxt not in _STARTERS):
                continue
        elif len(term) > 1 or term == "\u2026":
            if set(term) <= {".", "\u2026"} and not close and (
                    nxt.split("'")[0] == "I" or not (letter.isupper() or opening.strip())):
                continue
        elif close and close[-1] in "\"'\u201d\u2019" and term in "?!" and not opening and (
                _TAG.match(paragraph, m.end())):
            continue
        end = m.end() - 1
        if paragraph.count("(", start, end) > paragraph.count(")", start, end) and ")" in paragraph[end:end + 200]:
            continue
        if any(c.isalnum() for c in paragraph[start:end]):
            out.append(paragraph[start:end])
            start = end
    out.append(paragraph[start:])
    return out


# ---- documents

def open_text(path):
    return lzma.open(path, "rt", encoding="utf-8") if path.endswith(".xz") else open(path, encoding="utf-8")


def read_documents(paths, fraction=1.0):
    """[(kind, text)] of some files, empty paragraphs and outer blanks taken away."""
    out, due = [], 0.0
    for path in paths:
        with open_text(path) as file:
            for line in file:
                due += fraction
                if due < 1:
                    continue
                due -= 1
                row = json.loads(line)
                lines = [p.strip() for p in row["text"].split("\n")]
                out.append((row["kind"], "\n".join(p for p in lines if p)))
    return out


def read_verses(places, fraction=1.0):
    """[(kind, text)] of FILE:COLUMN:KIND, some verses a document."""
    out = []
    for place in places:
        path, column, kind = place.rsplit(":", 2)
        with open_text(path) as file:
            rows = [line.rstrip("\n").split("\t") for line in file]
        verses = [row[int(column)].strip() for row in rows if len(row) > int(column)]
        verses = [v for v in verses[:int(len(verses) * fraction)] if v]
        out += [(kind, "\n".join(verses[i:i + VERSES])) for i in range(0, len(verses), VERSES)]
    return out


_documents = []         # what the workers read: they are forked after it was filled
_tokenizer = None


def count_pieces(span):
    counts = collections.Counter()
    for _, text in _documents[span[0]:span[1]]:
        for paragraph in text.split("\n"):
            counts.update(pieces(paragraph))
    return counts


def prepare_documents(span):
    """Tokens, document lengths, sentence records relative to the first token, bytes of text of some documents."""
    tokens, lengths, records, size, at = [], [], [], 0, 0
    newline, packed, bit = _tokenizer.packed("\n"), _tokenizer.packed, BIT
    for kind, text in _documents[span[0]:span[1]]:
        begin = at
        size += len(text.encode())
        for k, paragraph in enumerate(text.split("\n")):
            if k:
                tokens.append(newline)
                at += len(newline) // 2
            quoted = False
            for sentence in sentences(paragraph):
                ids = packed(sentence)
                tokens.append(ids)
                bits = 0
                for value in attributes.labels(sentence, kind, quoted):
                    bits |= 1 << bit[value]
                quoted ^= sentence.count('"') & 1
                records.append((at, at + len(ids) // 2, bits))
                at += len(ids) // 2
        lengths.append(at - begin)
    return b"".join(tokens), lengths, np.array(records, SENTENCE), size


def spans(parts):
    """Document ranges of about equal numbers of characters."""
    total = sum(len(text) for _, text in _documents)
    out, begin, size = [], 0, 0
    for k, (_, text) in enumerate(_documents):
        size += len(text)
        if size * parts >= total or k + 1 == len(_documents):
            out.append((begin, k + 1))
            begin, size = k + 1, 0
    return out


def write_part(out, name, jobs, progress):
    """Write the files of one part; returns its counts and the number of sentences of each value."""
    base = size = n_documents = n_sentences = 0
    held = np.zeros(len(BIT), np.int64)
    work = spans(max(jobs * 4, sum(len(t) for _, t in _documents) // 4_000_000))
    with (multiprocessing.get_context("fork").Pool(jobs) as pool, open(out / f"{name}.tokens.bin", "wb") as tokens,
          open(out / f"{name}.docs.bin", "wb") as docs, open(out / f"{name}.sents.bin", "wb") as sents):
        for k, (packed, lengths, records, some) in enumerate(pool.imap(prepare_documents, work)):
            tokens.write(packed)
            ends = base + np.cumsum(lengths)
            np.stack([np.concatenate([[base], ends[:-1]]), ends], 1).astype("<u4").tofile(docs)
            records["start"] += base
            records["end"] += base
            records.tofile(sents)
            base, size = base + len(packed) // 2, size + some
            n_documents, n_sentences = n_documents + len(lengths), n_sentences + len(records)
            for b in range(len(BIT)):
                held[b] += int((records["labels"] >> np.uint64(b) & np.uint64(1)).sum())
            if k % 10 == 9:
                progress(f"{name}: {base:,} tokens")
    return {"documents": n_documents, "tokens": base, "sentences": n_sentences, "bytes": size}, held


def check_round_trip(tokenizer, many):
    """encode and decode random paragraphs and some hard text; sentences give the tokens of running text."""
    rng = random.Random(1)
    texts = ["na\u00efve caf\u00e9 \u2014 \u65e5\u672c\u8a9e \u00bd 12345 \u0967\u0968 e\u0301 \U0001f600!",
             "  two  blanks \n", "a\u00a0b", "don't I'LL _x_ x\u00b2"]
    while len(texts) < many:
        text = rng.choice(rng.choice(_documents)[1].split("\n"))
        if len(texts) % 4 or not text.isascii() or rng.random() < 0.02:
            texts.append(text)
    for text in texts:
        ids = tokenizer.encode(text)
        assert tokenizer.decode(ids) == text, text
        cut = sentences(text)
        assert "".join(cut) == text and [t for s in cut for t in tokenizer.encode(s)] == ids, cut
    return len(texts), sum(not t.isascii() for t in texts)


def print_examples(many):
    """Some random sentences of every value, to be read by whoever changes the rules."""
    rng = random.Random(many)
    found = collections.defaultdict(list)
    for kind, text in rng.sample(_documents, min(len(_documents), 1500)):
        paragraph = rng.choice(text.split("\n"))
        quoted = False
        for sentence in sentences(paragraph):
            for value in attributes.labels(sentence, kind, quoted) or ["(no label)"]:
                found[value].append(f"{kind[:4]}: {sentence.strip()[:230]}")
            quoted ^= sentence.count('"') & 1
    for slot, value in attributes.VALUES:
        print(f"== {slot}: {value} ({len(found[value])})")
        for line in rng.sample(found[value], min(many, len(found[value]))):
            print("   ", line)


def main():
    global _documents, _tokenizer
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    for name in ("train", "valid", "test"):
        parser.add_argument("--" + name, nargs="+", required=True, help=f"files of documents for the {name} part")
    parser.add_argument("--verses", nargs="*", default=[], help="FILE:COLUMN:KIND, more text for the train part")
    parser.add_argument("--vocab", type=int, default=16384, help="size of the vocabulary, a multiple of 64")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--fraction", type=float, default=1.0, help="share of the training documents, for a try")
    parser.add_argument("--examples", type=int, default=0, help="print so many sentences of every attribute value")
    args = parser.parse_args()
    if args.vocab % 64 or not FIRST_MERGE < args.vocab <= 65536:
        parser.error(f"--vocab must be a multiple of 64 between {FIRST_MERGE} and 65536")
    args.out.mkdir(parents=True, exist_ok=True)
    began = time.time()

    def progress(text):
        print(f"[{time.time() - began:6.1f} s] {text}", flush=True)

    parts = {"train": read_documents(args.train, args.fraction) + read_verses(args.verses, args.fraction),
             "valid": read_documents(args.valid), "test": read_documents(args.test)}
    progress("read " + ", ".join(f"{len(docs)} {name}" for name, docs in parts.items()) + " documents")

    _documents = parts["train"]
    counts = collections.Counter()
    with multiprocessing.get_context("fork").Pool(args.jobs) as pool:
        for some in pool.imap(count_pieces, spans(args.jobs * 4)):
            counts.update(some)
    progress(f"{len(counts):,} different pieces, {sum(counts.values()):,} in all")
    merges = train_merges(counts, args.vocab - FIRST_MERGE, progress)
    if len(merges) < args.vocab - FIRST_MERGE:
        sys.exit(f"prepare.py: the text gives only {len(merges)} merges; choose a smaller --vocab")
    del counts
    _tokenizer = Tokenizer(merges)
    _tokenizer.save(args.out / "tokenizer.json")
    checked = check_round_trip(_tokenizer, 2000)
    progress("tokenizer.json written; round trip of %d paragraphs (%d not ASCII) holds" % checked)
    if args.examples:
        print_examples(args.examples)

    totals, shares = {}, {}
    for name, documents in parts.items():
        _documents = documents
        totals[name], held = write_part(args.out, name, args.jobs, progress)
        shares[name] = {v: round(int(held[b]) / max(1, totals[name]["sentences"]), 5) for v, b in BIT.items()}
    meta = {"attributes": [{"value": value, "slot": slot, "token": len(SPECIALS) + k, "bit": k}
                           for k, (slot, value) in enumerate(attributes.VALUES)],
            "vocab_size": args.vocab, "specials": {name: k for k, name in enumerate(SPECIALS)},
            "counts": totals, "shares": shares}
    (args.out / "meta.json").write_text(json.dumps(meta, indent=1) + "\n", "utf-8")
    for name, t in totals.items():
        progress(f"{name}: {t['documents']:,} documents, {t['sentences']:,} sentences, {t['tokens']:,} tokens, "
                 f"{t['bytes'] / t['tokens']:.3f} bytes a token")
    for slot in attributes.SLOTS:
        values = [v for s, v in attributes.VALUES if s == slot]
        print(f"  {slot:10}", ", ".join(f"{v} {100 * shares['train'][v]:.1f} %" for v in values))
    progress("done")


if __name__ == "__main__":
    main()
