#!/usr/bin/env python3
"""The part of speech of each token, by the lexicon share/words/parts-of-speech.txt and rules for what it leaves open.

    tag_words.py < lines.txt > tagged.tsv      TAG TAG … TAB line, as `lacuna-model guide pos --text` reads it
    tag_words.py --show < lines.txt            word/TAG word/TAG …, to look at

Tokens are those of the models over whole words: letters and digits with what joins them, or one sign.

Of 206 sentences of the E2E restaurant set that were read tag by tag (122 of its test part, 84 of its training part; some 5,000
tokens) 15 tags were wrong, 99.7 % right, before the lexicon and the rules were mended by what was found. Most were words of two
tags (past, cost, though) and misspelt ones.
"""
import argparse
import os
import re
import sys

TOKEN = re.compile(r"[\w£$€]+(?:[-'.,]\w+)*|[^\s\w£$€]")
LEXICON = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../share/words/parts-of-speech.txt")
NOUNS = ("NOUN", "PROPN")


def tokens_of(line):
    return TOKEN.findall(line)


class Tagger:
    def __init__(self, path=LEXICON):
        self.tags, self.proper, self.either, self.names = {}, set(), {}, {}
        for line in open(path, encoding="utf-8"):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if words[0] == "NAME":
                self.names.setdefault(words[1], []).append(words[1:])
            elif words[0] == "EITHER":
                self.either[words[1]] = words[2:]
            elif words[0] == "PROPN":
                self.proper.update(words[1:])
            else:
                for word in words[1:]:
                    self.tags.setdefault(word, words[0])
        for names in self.names.values():
            names.sort(key=len, reverse=True)

    def name_at(self, tokens, at):
        for name in self.names.get(tokens[at], []):
            if tokens[at:at + len(name)] == name:
                return len(name)
        return 0

    def guess(self, word, first):
        """By the shape of a word that the lexicon lacks."""
        lower = word.lower()
        if not re.match(r"\w|[£$€]", word):
            return "PUNCT"
        if re.match(r"[£$€]?\d[\d.,]*(-[£$€]?\d+)?$", word) or re.match(r"[£$€]?\d*[-,]?\d+$", word):
            return "NUM"
        if "," in word or re.search(r"\.\w", word):
            return "X"
        if "-" in word:
            return "ADJ"
        if re.search(r"\d", word):
            return "NUM"
        if word[0].isupper() and not first:
            return "PROPN"
        if lower.endswith("'s"):
            return "NOUN"
        for ending, tag in (("ly", "ADV"), ("ing", "VERB"), ("ed", "VERB"), ("ous", "ADJ"), ("ful", "ADJ"), ("able", "ADJ")):
            if lower.endswith(ending):
                return tag
        return "NOUN"

    def usual(self, word, first):
        """One tag without a look around; those of EITHER are settled afterwards."""
        lower = word.lower()
        if word in self.proper:
            return "PROPN"
        if lower in self.either:
            return self.either[lower][0]
        if lower in self.tags:
            return self.tags[lower]
        if lower.endswith("'s") and (word[:-2] in self.proper or word[0].isupper()):
            return "PROPN"
        return self.guess(word, first)

    def choose(self, word, before, after, before_word, after_word, after_base):
        """A word of two tags by its neighbours."""
        word = word.lower()
        if word == "that":
            relative = after in ("VERB", "ADV", "PUNCT", "") or before in NOUNS
            return "PRON" if relative else "CONJ" if after in ("DET", "PRON", "PROPN") else "DET"
        if word in ("this", "these", "those"):
            return "DET" if after in ("NOUN", "ADJ", "NUM", "PROPN", "DET") and after_word not in ("to",) else "PRON"
        if word == "there":
            return "PRON" if after_word in ("is", "are", "was", "were", "isn't", "aren't", "will", "can", "may", "exists") or \
                after == "ADV" and after_word in ("also",) else "ADV"
        if word == "to":
            return "PRT" if after_base and before_word not in ("close", "next", "near") else "ADP"
        if word == "like":
            return "VERB" if before == "PRON" or before_word in ("would", "to", "not", "don't", "you'd", "may", "might") else "ADP"
        if word == "out":
            return "ADP" if after_word == "of" else "PRT"
        if word in ("range", "ranges", "rate", "rates", "price", "prices", "review", "service", "place", "feel", "need", "treat",
                    "drinks"):
            verb = before in ("PRON",) and before_word not in ("its", "their", "your", "our", "his") or before_word == "to" and \
                word in ("rate", "feel", "need", "treat", "review") or \
                before == "NOUN" and before_word in ("prices", "customers", "people", "meals") and word not in ("prices",)
            return "VERB" if verb and after != "VERB" else "NOUN"
        if word == "cost":
            return "VERB" if before_word in ("that", "meals", "prices", "it", "will", "can", "to", "which", "and", "dishes", "they",
                                             "food", "does", "may", "would") and after not in ("VERB",) else "NOUN"
        if word in ("visit", "try", "look", "stop", "love", "call", "spend", "charge", "offers", "serving", "eating", "rank",
                    "features", "charges", "set"):
            return "NOUN" if before in ("DET", "ADJ", "NUM") or before_word in ("its", "their") else "VERB"
        if word in ("welcome", "close", "open"):
            return "VERB" if before == "PRON" and before_word not in ("its", "their") or before_word in ("to", "will", "not") and \
                word != "close" and after in ("DET", "NOUN") else "ADJ"
        if word == "though":
            return "ADV" if after in ("PUNCT", "") else "CONJ"
        if word == "best":
            return "ADV" if after == "VERB" else "ADJ"
        if word == "adult":
            return "ADJ" if after == "NOUN" else "NOUN"
        if word in ("average", "high", "low"):
            return "NOUN" if word == "average" and before == "DET" and after_word == "of" else "ADJ"
        if word in ("inside", "outside", "around", "over", "near"):
            return "ADV" if after in ("PUNCT", "") or after_word in ("in", "from", "and") else "ADP"
        if word in ("will", "may", "can"):
            return "VERB"
        return None

    def tag(self, tokens):
        tags = [None] * len(tokens)
        fixed = [False] * len(tokens)
        at = 0
        while at < len(tokens):
            size = self.name_at(tokens, at)
            for k in range(at, at + size):
                tags[k] = "ADP" if tokens[k] in ("of", "by") else "PROPN"
                fixed[k] = True
            if not size:
                first = at == 0 or tokens[at - 1] in ".!?;:"
                tags[at] = self.usual(tokens[at], first)
            at += size or 1
        for k, word in enumerate(tokens):
            if fixed[k] or tags[k] == "PROPN" or word.lower() not in self.either:
                continue
            after = tags[k + 1] if k + 1 < len(tokens) else ""
            after_word = tokens[k + 1].lower() if k + 1 < len(tokens) else ""
            before = tags[k - 1] if k else ""
            before_word = tokens[k - 1].lower() if k else ""
            base = after == "VERB" and (not after_word.endswith("ing") or after_word == "bring") or self.either.get(after_word, [""])[0] == "VERB"
            tags[k] = self.choose(word, before, after, before_word, after_word, base) or tags[k]
        return tags


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lexicon", default=LEXICON)
    parser.add_argument("--show", action="store_true", help="word/TAG instead of a line of training")
    arguments = parser.parse_args()
    tagger = Tagger(arguments.lexicon)
    for line in sys.stdin:
        line = line.rstrip("\n")
        tokens = tokens_of(line)
        if not tokens:
            continue
        tags = tagger.tag(tokens)
        print(" ".join(f"{w}/{t}" for w, t in zip(tokens, tags)) if arguments.show else " ".join(tags) + "\t" + line)


if __name__ == "__main__":
    main()
