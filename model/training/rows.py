"""Rows that a masked-diffusion network learns from, made out of a prepared folder (README.md says what that holds).

A row is 3 attribute slots and text of one document. Every position has a kind: context, hole (masked or already
revealed), attribute or padding. Positions are explicit: a hole keeps the place of its whole bucket even in rows that
leave its tail of <null> out, so what follows does not move when a decoder has chosen a length.
"""
import json
import os
import re

import numpy as np
import torch

PAD, MASK, NULL, NONE, BOS, EOS = range(6)          # token ids
PADDING, CONTEXT, HOLE, ATTRIBUTE, CAUSAL = range(5)        # kinds of positions; a causal row holds nothing else
SLOTS = 3
BUCKETS = np.array([4, 8, 16, 32, 64, 128])
WEIGHTS = np.array([6., 5, 4, 3, 2, 1])             # of buckets, among those that hold the text
WORDS, PHRASE, SENTENCE, SENTENCES, ONE_WORD = range(5)         # kinds of holes; the last for validation alone
SENT = np.dtype([("start", "<u4"), ("end", "<u4"), ("labels", "<u8")])


class Tokenizer:
    """byte-level BPE out of a Hugging Face tokenizer.json, GPT-2 pre-tokenisation; pieces are bytes"""
    SPLIT = re.compile(r"'(?:[sdmt]|ll|ve|re)| ?[^\W\d_]+| ?\d{1,3}| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")

    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            j = json.load(f)
        keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
        rest = [b for b in range(256) if b not in keep]
        table = {**{chr(b): b for b in keep}, **{chr(256 + n): b for n, b in enumerate(rest)}}
        special = {t["content"]: t["id"] for t in j["added_tokens"]}
        vocab = {**j["model"]["vocab"], **special}
        self.pieces = [b""] * (max(vocab.values()) + 1)         # specials stay empty
        for s, i in vocab.items():
            self.pieces[i] = b"" if s in special else bytes(table[c] for c in s)
        self.ids = {p: i for i, p in enumerate(self.pieces) if p}
        pairs = (m.split(" ") if isinstance(m, str) else m for m in j["model"]["merges"])
        self.rank = {tuple(bytes(table[c] for c in s) for s in p): n for n, p in enumerate(pairs)}
        self.cache = {}

    def word(self, b):
        """ids of one pre-token, given as bytes"""
        if b not in self.cache:
            p = [b[i:i + 1] for i in range(len(b))]
            while len(p) > 1:
                r, i = min((self.rank.get((p[i], p[i + 1]), 1 << 30), i) for i in range(len(p) - 1))
                if r == 1 << 30:
                    break
                p[i:i + 2] = [p[i] + p[i + 1]]
            self.cache[b] = [self.ids[x] for x in p]
        return self.cache[b]

    def encode(self, text):
        return [i for m in self.SPLIT.findall(text) for i in self.word(m.encode())]

    def bytes(self, ids):
        return b"".join(self.pieces[i] for i in ids)


class Rows:
    """Makes rows out of one split of a prepared folder.  `only`: one hole a row, of that kind, nothing spoilt."""

    def __init__(self, folder, split, seed, uniform=0.25, spoil=0.2, attributes=0.5, only=None):
        path = lambda what: os.path.join(folder, split + "." + what + ".bin")
        self.tokens = np.memmap(path("tokens"), "<u2", "r")
        self.docs = np.fromfile(path("docs"), "<u4").reshape(-1, 2).astype(np.int64)
        self.sents = np.fromfile(path("sents"), SENT)
        self.starts, self.ends = self.sents["start"].astype(np.int64), self.sents["end"].astype(np.int64)
        self.cum = np.cumsum(self.docs[:, 1] - self.docs[:, 0])
        self.tok = Tokenizer(os.path.join(folder, "tokenizer.json"))
        with open(os.path.join(folder, "meta.json"), encoding="utf-8") as f:
            self.meta = json.load(f)
        self.uniform, self.spoiling, self.attributes, self.only = uniform, spoil, attributes, only
        self.rng, self.splits = np.random.default_rng(seed), {}
        piece = self.tok.pieces + [b""] * (self.meta["vocab_size"] - len(self.tok.pieces))
        letter = lambda c: c >= 128 or chr(c).isalnum()
        self.joins = np.array([bool(p) and (letter(p[0]) or p in (b"'s", b"'t", b"'re", b"'ve", b"'m", b"'ll", b"'d")) for p in piece])
        self.tail = np.array([bool(p) and letter(p[-1]) for p in piece])            # ends in a letter
        self.wordy = np.array([any(map(letter, p[:2])) for p in piece])             # begins with a letter, or blank and letter
        self.blank = np.array([p[:1] == b" " and len(p) > 2 and all(map(letter, p[1:])) for p in piece])
        self.newline = np.array([b"\n" in p for p in piece])
        self.size = np.array([len(p) for p in piece])
        self.full_words = np.flatnonzero(self.blank)
        at = self.meta["attributes"]
        self.bits, self.attr_ids = np.array([a["bit"] for a in at], np.uint64), np.array([a["token"] for a in at])
        n = [max(1, int(((self.sents["labels"] >> b) & np.uint64(1)).sum())) for b in self.bits]
        self.attr_weight = np.array(n, float) ** -0.5                               # rare values up

    def window(self, size):
        """(start, tokens) of up to `size` tokens of one document; half of them begin with a sentence"""
        a, z = self.docs[np.searchsorted(self.cum, self.rng.integers(self.cum[-1]), "right")]
        s = int(min(max(self.rng.integers(a - size // 4, max(a, z - 3 * size // 4) + 1), a), max(a, z - 16)))
        if self.rng.random() < 0.5:
            k = np.searchsorted(self.starts, s, "right") - 1
            s = int(self.starts[k]) if k >= 0 and self.starts[k] >= a else s
        return s, self.tokens[s:min(z, s + size)].astype(np.int64)

    def span(self, kind, s, x, first, edge):
        """[a, b) of a hole of that kind in x (which begins at token s); first: words' first pieces, edge: word edges"""
        r = self.rng
        if kind in (SENTENCE, SENTENCES):
            k0, k1 = np.searchsorted(self.starts, s), np.searchsorted(self.ends, s + len(x), "right")
            if k1 <= k0:
                return None
            n = 1 if kind == SENTENCE else r.integers(2, 4)
            k = r.integers(k0, max(k0 + 1, k1 - n + 1))
            a, b = self.starts[k] - s, self.ends[min(k + n, k1) - 1] - s
        else:
            if not len(first):
                return None
            k, i = {WORDS: r.integers(1, 4), PHRASE: r.integers(4, 11), ONE_WORD: 1}[kind], r.integers(len(first))
            a, last = first[i], min(i + k, len(first)) - 1
            e = np.searchsorted(edge, first[last], "right")
            b = edge[e] if e < len(edge) else len(x)
            if kind != ONE_WORD and r.random() < 0.25 and last + 1 < len(first):
                b = first[last + 1]                                                 # with the punctuation after it
        while a < b and self.newline[x[a]]:
            a += 1
        nl = np.flatnonzero(self.newline[x[a:b]])                                   # few holes hold a line break
        if len(nl) and (kind != SENTENCES or nl[0] == b - a - 1 or r.random() < 0.85):
            b = a + nl[0]
        return (int(a), int(b)) if b > a else None

    def cut(self, i):
        """a piece as two pieces that have the same bytes, or None"""
        if i not in self.splits:
            p, ids = self.tok.pieces[i], self.tok.ids
            self.splits[i] = [(ids[p[:k]], ids[p[k:]]) for k in range(1, len(p)) if p[:k] in ids and p[k:] in ids and p[k] & 0xC0 != 0x80]
        ok = self.splits[i]
        return ok[self.rng.integers(len(ok))] if ok else None

    def spoil(self, x, rate):
        """(ids, originals, spoilt): words of x mistyped, doubled or replaced; a piece too many asks for <null>"""
        ids, want, bad, r = [], [], [], self.rng
        hit = self.blank[x] & (r.random(len(x)) < rate)
        hit[:-1] &= ~self.joins[x[1:]]
        for i, h in zip(x.tolist(), hit.tolist()):
            new = [i]
            if h:
                w, op = self.tok.pieces[i], r.integers(5)
                k = int(r.integers(1, len(w) - 1))
                new = [i, i] if op == 0 else [int(r.choice(self.full_words))] if op == 1 else self.tok.word(
                    (w[:k] + w[k + 1:k + 2] + w[k:k + 1] + w[k + 2:], w[:k] + w[k:k + 1] + w[k:], w[:k] + w[k + 1:])[op - 2])
            ids, want, bad = ids + new, want + [i] + [NULL] * (len(new) - 1), bad + [new != [i]] * len(new)
        return np.array(ids, np.int64), np.array(want, np.int64), np.array(bad, bool)

    def pick_holes(self, s, x, exact):
        """[(a, pieces, bucket, left, right, go on at)]; left and right: what a cut word leaves in the context"""
        r, T, tok = self.rng, len(x), self.tok
        edge = np.flatnonzero(~(self.joins[x] & np.concatenate(([False], self.tail[x[:-1]]))))
        first, holes, total, alone = edge[self.wordy[x[edge]]], [], 0, self.only is not None
        count, least = (1, 0) if alone else (r.integers(1, 5), 0.15 * T)
        for _ in range(16):
            if len(holes) >= count and (total >= least or len(holes) >= 8):
                break
            kind = self.only if alone else r.integers(4) if len(holes) < count else r.integers(2)
            h = self.span(kind, s, x, first, edge)
            if not h or any(h[0] <= q[5] and q[0] <= h[1] + 1 for q in holes):
                continue
            (a, b), go, left, right = h, h[1], [], []
            body = x[a:b].tolist()
            side = r.integers(3) if not alone and r.random() < 0.1 else None        # begins or ends inside a word
            if side == 0 and self.cut(x[a]):
                left, body[:1] = ([i] for i in self.cut(x[a]))
            elif side == 1 and len(body) > 1 and self.cut(x[b - 1]):
                body[-1:], right = ([i] for i in self.cut(x[b - 1]))
            elif side == 2 and b < T and self.blank[x[b]] and tok.pieces[x[b]][1:] in tok.ids:
                body, right, go = body + [tok.ids[b" "]], [tok.ids[tok.pieces[x[b]][1:]]], b + 1
            rows = np.full(len(BUCKETS), len(body)) if exact else BUCKETS           # positions it would take
            fits = ((BUCKETS >= len(body)) & (rows + total <= max(4, 0.52 * T))) * (1 if exact else WEIGHTS)
            if fits.any():
                k = r.choice(len(BUCKETS), p=fits / fits.sum())
                holes.append((a, np.array(body), int(BUCKETS[k]), left, right, go))
                total += rows[k]
        return sorted(holes, key=lambda h: h[0])

    def labels(self, at):
        """1-3 true labels of the sentence that token `at` is in, the rest <none>; half of the time none at all"""
        out, r = np.full(SLOTS, NONE), self.rng
        if len(self.sents) and r.random() < self.attributes:
            k = max(0, np.searchsorted(self.starts, at, "right") - 1)
            mine = np.flatnonzero((self.sents["labels"][k] >> self.bits) & np.uint64(1))
            if len(mine):
                n, p = min(len(mine), r.integers(1, SLOTS + 1)), self.attr_weight[mine] / self.attr_weight[mine].sum()
                out[:n] = self.attr_ids[r.choice(mine, n, replace=False, p=p)]
        return out

    def causal_row(self, length):
        """a row that predicts each next token from those before it: how training may begin"""
        x = self.window(length - SLOTS)[1]
        ids = np.concatenate((np.full(SLOTS, NONE), x))
        w = np.zeros(len(ids))
        w[SLOTS:-1] = 1 / max(1, len(x) - 1)
        return ids, np.append(ids[1:], PAD), np.full(len(ids), CAUSAL), np.arange(len(ids)), w

    def row(self, u, length):
        """(ids, targets, kinds, positions, loss weights) of one row; u in [0, 1) says how much is masked"""
        r, T = self.rng, length - SLOTS
        s, x = self.window(T)
        exact = self.only != ONE_WORD and r.random() < 0.5              # half of the rows leave the tails out
        holes = self.pick_holes(s, x, exact) if r.random() >= self.uniform else None
        if not holes:                                                   # uniform masking
            m = 1 + int(u * len(x))
            at = r.permutation(len(x))[:m]
            kind, w, ids = np.full(len(x), CONTEXT), np.zeros(len(x)), x.copy()
            kind[at], w[at], ids[at] = HOLE, 1 / m, MASK
            return self.finish(np.full(SLOTS, NONE), ids, x, kind, np.arange(len(x)), w)
        first = self.only == ONE_WORD or not exact and r.random() < 0.5         # wholly masked, as at a decoder's first step
        spoil = r.uniform(0.04, 0.16) if r.random() < self.spoiling else 0      # of whole words: 2-8 % of the pieces
        size = len(x) - (0 if exact else sum(h[2] - len(h[1]) for h in holes))  # what is left of the window for text
        while holes[-1][5] - holes[0][0] > size:
            holes.pop()
        low, high = max(0, holes[-1][5] - size), min(holes[0][0], len(x) - size)
        at = cut = low if low >= high or r.random() < 0.5 else int(r.integers(low, high + 1))
        parts, spans, pos, n, more = [], [], 0, 0, []                   # parts: ids, targets, kinds, positions, spoilt
        for a, body, bucket, left, right, go in holes + [(cut + size, None, 0, [], [], 0)]:
            text = np.concatenate((more, x[at:a], left)).astype(np.int64)
            ids, want, bad = self.spoil(text, spoil) if spoil else (text, text, np.zeros(len(text), bool))
            parts.append((ids, want, np.full(len(ids), CONTEXT), pos + np.arange(len(ids)), bad))
            pos, n = pos + len(ids), n + len(ids)
            if body is not None:
                body = body if exact else np.concatenate((body, np.full(bucket - len(body), NULL)))
                k = len(body)
                parts.append((body, body, np.full(k, HOLE), pos + np.arange(k), np.zeros(k, bool)))
                spans.append((n, n + k))
                pos, n, at, more = pos + bucket, n + k, go, right
        ids, want, kind, where, bad = (np.concatenate(c)[:T] for c in zip(*parts))
        at = np.flatnonzero(kind == HOLE)
        at = r.permutation(at)[:len(at) if first else 1 + int(u * len(at))]
        w = np.zeros(len(ids))
        ids[at], w[at] = MASK, np.where(want[at] == NULL, 0.1, 1.0)
        total = max(w.sum(), 1.0)
        for a, b in spans:
            if (ids[a:b] == MASK).all():
                w[a:b] = 1.0                                            # here the length is learnt
        w /= total
        clean = r.permutation(np.flatnonzero((kind == CONTEXT) & ~bad))[:bad.sum()]
        w[bad] = w[clean] = 0.2 / max(1, bad.sum() + len(clean))
        return self.finish(self.labels(s + holes[0][0]), ids, want, kind, where, w)

    @staticmethod
    def finish(attrs, ids, want, kind, pos, w):
        front = attrs, attrs, np.full(SLOTS, ATTRIBUTE), np.arange(SLOTS), np.zeros(SLOTS)
        return [np.concatenate(c) for c in zip(front, (ids, want, kind, pos + SLOTS, w))]

    def batch(self, rows, length, causal=False):
        """ids, kinds, positions [rows, length]; flat indexes with a loss, their targets and weights (sum: loss a row)"""
        ids, kind, pos = (np.zeros((rows, length), np.int32) for _ in range(3))
        sel, want, w = [], [], []
        for n, u in enumerate(self.rng.permutation((np.arange(rows) + self.rng.random(rows)) / rows)):
            a, b, c, d, e = self.causal_row(length) if causal else self.row(u, length)
            ids[n, :len(a)], kind[n, :len(a)], pos[n, :len(a)] = a, c, d
            at = np.flatnonzero(e)
            sel, want, w = sel + [at + n * length], want + [b[at]], w + [e[at]]
        flat = np.concatenate(sel), np.concatenate(want), (np.concatenate(w) / rows).astype(np.float32)
        return [torch.from_numpy(v) for v in (ids, kind, pos, *flat)]


class Stream(torch.utils.data.IterableDataset):
    def __init__(self, o, rank, rows, length, start, causal):
        self.o, self.rank, self.rows, self.length, self.start, self.causal = o, rank, rows, length, start, causal

    def __iter__(self):
        info = torch.utils.data.get_worker_info()
        data = Rows(self.o.data, "train", [self.o.seed, self.rank, info.id if info else 0, self.start, self.length])
        while True:
            *b, w = data.batch(self.rows, self.length, self.causal)
            row = b[3] // self.length
            n = torch.bincount(row, minlength=self.rows).float() ** self.o.flat
            yield *b, w * n[row] / n.mean()
