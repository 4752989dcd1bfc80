#!/usr/bin/env python3
"""Random vi key sequences, run in vim and in lacuna; how often both leave the same text.

    compare_vim.py LACUNA [--count 500] [--seed 1] [--only KIND,…] [--show 10]

Needs vim. Every sequence is two to four commands of one kind (see KINDS), or a mixture, on one of the texts below, and ends by
marking where the cursor stands. Prints the share that agrees for each kind; exit 1 below --least per cent, or after a crash or a hang.
"""
import argparse
import collections
import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

VIMRC = r"""set nocp sw=4 ts=8 et noai sol bs=indent,eol,start nf=bin,hex nofs noswapfile nomore lines=34 columns=80 cmdheight=10
set ls=0 bo=all noic ws sel=inclusive tw=0 nojs nomodeline shm+=aTI noru nosc noto ttm=0 viminfo= enc=utf-8
"""
# A terminal without keys of its own: each named key is a sequence that nothing else sends.
CODES = {"Up": ("ku", "A"), "Down": ("kd", "B"), "Right": ("kr", "C"), "Left": ("kl", "D"), "Home": ("kh", "H"),
         "End": ("@7", "F"), "Del": ("kD", "d"), "PageUp": ("kP", "p"), "PageDown": ("kN", "n"), "Insert": ("kI", "i")}
PLAIN = {"Esc": "\x1b", "CR": "\r", "Tab": "\t", "BS": "\x08", "Space": " ", "lt": "<"}

TEXTS = [
    "one two three\nfour five six\nseven eight nine\n",
    "The lamp burned low.  Rain tapped on the roof; nobody spoke.\nThe clock struck. Then, \"Who's there?\" he said.\n\n"
    "A second paragraph begins here.\nIt has two lines.\n\n\nThe last one.\n",
    "int sum(int *v, size_t n)\n{\n    int total = 0;\n    for (size_t i = 0; i < n; i++) {\n        total += v[i];\n    }\n"
    "    return total;\n}\n",
    "f(a, [b, {c: (d e)}], \"g 'h' i\") + <x>y</x>\nk = '(un' + \"mat\\\"ched\" + `tick`\n<div class=\"k\"><p>in <b>bold</b></p></div>\n",
    "x = 7, y = -12\nport 0x0f and 08 and 99\nv1.9.9 release-10\n  007 and 0b101\n",
    "id,name,city\n1,Ana,Oslo\n2,Bo,Rome\n3,Cy,Lima\n",
    "   leading\ttabs  and   runs\n\tindented line\ntrailing   \n\n\n  last\n",
    "na\u00efve caf\u00e9 \u00fcber se\u00f1or\n\u6f22\u5b57 \u304b\u306a \ud55c\uae00 test\n\u00e4 \u00e9 plain\n",
    "apple red 3\nbanana yellow 12\ncherry red 7\ndate brown 0\nApple green 3\nbanana yellow 2\n",
    "a\n\nb\nc\n  d\n\ne f g h i j k l m n o p\n",
    "single line without anything special in it\n",
    "\n",
    "foo.bar(baz) foo_bar foo-bar Foo FOO\n/* comment {\n */ if (foo) { bar(); } else { baz(); }\n// end }\n",
]


class Keys:
    """Writes random commands; every method returns keys in notation."""

    def __init__(self, rng):
        self.r = rng

    def pick(self, *choices):
        return self.r.choice(choices)

    def words(self, text):
        return self.r.choice(text.split())

    def count(self, chance=0.3):
        return str(self.r.choice([2, 2, 3, 4, 5, 12])) if self.r.random() < chance else ""

    def letter(self):
        return self.r.choice("aeiotnrs .,()xf0")

    def pattern(self):
        return self.words(r"a e the o\w t. \d\+ [aeiou] ^ $ ^\s* foo n\|r \<t e\> .*e in x* a\{1,2} \(o\)\1 \u [^a] "
                          r"e\zsn \s\+ ,.* \n one Oslo")

    def motion(self):
        m = self.words("h j k l w b e W B E ge gE 0 ^ $ g_ 3| G gg + - _ <CR> ( ) { } % ; , * # n N <Space> <BS> gj gk g0 g$ "
                       "f t F T f t F T / ? /e H L M `` '' `. '[ `] [( [{ ]) ]} ]] [[ ][ [] <C-n> <C-p> <Left> <Right> <Up> <Down> "
                       "<Home> <End> go w e b j l w e b j l")
        if m in ("f", "t", "F", "T"):
            return self.count() + m + self.letter()
        if m in ("/", "?"):
            return self.count(0.1) + m + self.pattern().replace(m, "") + self.pick("", "", m + "e", m + "b+1", m + "+1",
                                                                                  m + "s-1", m + "-1") + "<CR>"
        if m == "/e":
            return "/" + self.pattern() + "/e<CR>"
        return ("" if m == "0" else self.count()) + m

    def object(self):
        return self.count(0.2) + self.pick("i", "a") + self.r.choice("wWsp\"'`()b{}B[]<>t")

    def target(self):
        return self.object() if self.r.random() < 0.4 else self.motion()

    def register(self):
        return '"' + self.r.choice("abA_-1z0") if self.r.random() < 0.15 else ""

    def text(self):
        return "".join(self.r.choice(["x", "Ab", " ", "new", ".", "1", "(", "\u00e9"]) for _ in range(self.r.randint(1, 4)))

    def typing(self):
        out = self.text()
        while self.r.random() < 0.35:
            out += self.pick("<BS>", "<C-w>", "<C-u>", "<CR>", "<Tab>", "<Left>", "<Right>", "<Up>", "<Down>", "<Home>", "<End>",
                             "<Del>", "<C-t>", "<C-d>", "<C-r>\"", "<C-r>a", "<C-o>" + self.motion(), "<C-o>x", "<C-e>", "<C-y>",
                             "<C-v>u00e4", "<C-v>065", "<C-a>", "<CR><CR>", "0<C-d>") + self.text()
        return out

    def insert(self):
        return self.count(0.15) + self.pick("i", "a", "I", "A", "o", "O", "s", "S", "C", "R", "gi", "gI", "cc", "cw", "c$",
                                            "gR") + self.typing() + "<Esc>"

    def change(self):
        return self.pick(
            self.count() + self.register() + self.pick("d", "d", "y") + self.target(),
            self.count() + self.register() + "c" + self.target() + self.text() + "<Esc>",
            self.count() + self.register() + self.pick("x", "X", "dd", "yy", "D", "Y", "p", "P", "gp", "gP", "]p", "[p"),
            self.count(0.1) + self.pick("g~", "gu", "gU", "g?", ">", "<lt>", "gJ", "J", "~") .replace("gJ", "g~") + self.target(),
            self.count() + self.pick("J", "gJ", "~", ">>", "<lt><lt>", "g~~", "guu", "gUU", "g??", "r" + self.letter(), "r<CR>",
                                     "<C-a>", "<C-x>", "&", "g&"),
        )

    def lines(self):
        return self.pick("==", ">>", "<lt><lt>", "gqq", "gww", "gqap", "gqG", "=G", ">j", "<lt>k", "3>>", ">ip", "J", "3J", "gJ",
                         "4gJ", "vjJ", "Vjgq", ":j<CR>", ":j!<CR>", ":2,3j<CR>", ":1,2><CR>", ":><CR>", ":<lt><CR>", ":>><CR>",
                         ":%left<CR>", ":le 4<CR>", ":ri 40<CR>", ":ce 40<CR>", ":set tw=20<CR>gqG", ":set ai<CR>o", ">}", "v2j>",
                         "Vj<lt>", "Vj=", "gw}", "j", "G", ":retab<CR>", ":set noet<CR>:retab!<CR>", ":set sw=2<CR>")

    def visual(self):
        keys = self.pick("v", "V", "<C-v>", "v", "<C-v>", "gv", "1v")
        for _ in range(self.r.randint(0, 3)):
            keys += self.pick(self.motion(), self.motion(), self.object(), "o", "O", "v", "V", "<C-v>", "$", "j", "jj", "l", "iw")
        act = self.pick("d", "y", "c", "r", "~", "u", "U", ">", "<lt>", "J", "gJ", "I", "A", "x", "s", "p", "P", "D", "X", "Y", "C",
                        "S", "R", "g?", "<C-a>", "<C-x>", "g<C-a>", "g<C-x>", ":", "=", "<Esc>", "!", "gq", "&", "ia", "yP", "y`]p", "*n")
        if act in ("c", "s", "I", "A", "C", "S", "R"):
            return keys + self.count(0.1) + act + self.text() + "<Esc>"
        if act == "r":
            return keys + act + self.letter()
        if act == ":":
            return keys + ":" + self.pick("d", "m0", "t.", "s/e/X/", "norm! Ax", "norm x", ">", "j", "y", "s/\\%Ve/X/g", "sort",
                                          "g/e/d", "co$", "norm .") + "<CR>"
        if act == "!":
            return keys + "!sort<CR>"
        if act in ("&", "ia"):
            return keys + "<Esc>gv" + self.pick("d", "o~", "r-", "y", "U", "J")
        return keys + self.count(0.1) + self.register() + act

    def address(self):
        return self.pick("", "", ".", "$", "%", "1", "2", "1,2", "2,3", ".,$", ".,+1", "-1", "+", "/e/", "?o?", "2;+1", "/a/,$", "1,.",
                         "'a,.", "$-1", "3", "/o/;+1", "g;", "0", "%").replace("g;", ".")

    def substitute(self):
        to = self.pick("", "X", "&&", "[\\0]", "\\u&", "\\U&\\E.", "a\\rb", "\\t", "~", "\\1", "<lt>&>", "x\\ny", "\\l&", "\\&", "\\~", "&\\r")
        return (":" + self.address() + self.pick("s", "s", "s", "&&", "~", "s", "&") .replace("&&", "s") + self.pick("/", "/", "#", ";"))

    def ex(self):
        d = self.pick("/", "/", "#")
        pattern = self.pattern().replace(d, "")
        to = self.pick("", "X", "&&", "[\\0]", "\\u&", "\\U&\\E.", "a\\rb", "\\t", "~", "\\1", "<lt>&>", "x\\ny", "\\l&", "\\&", "&\\r")
        s = "s" + d + pattern + d + to + self.pick("", d, d + "g", d + "g", d + "i", d + "gn", d + "&", d + "e", d + "g 2", d + "I")
        command = self.pick(
            s, s, s, s, "&", "&&", "~", "s", "s 2", "d", "d 2", "d a", "d a 2", "y", "y b", "pu", "pu!", "pu a", "m0", "m$", "m.", "m+1", "m-2",
            "t0", "t$", "t.", "co1", "co/e/", "j", "j!", "j 3", "norm x", "norm dw", "norm Ax", "norm! 2x", "norm ~", "norm ix", "sort", "sort!", "sort n",
            "sort u", "sort i", "sort /a/", "sort r /\\d/", "sort x", "sort /,/ n", "g/" + pattern + "/d", "g/e/s/e/X/", "v/" + pattern + "/d",
            "g/a/m0", "g/o/t.", "g/e/norm Ax", "g!/o/d", "g/e/j", "g/a/normal dw", "g/./s/./&&/", "g/^$/d", "g/e/d|s/o/0/e", "s/a/b/|s/o/p/", "k a",
            "ma b", "ka", "'a", "undo", "redo", "noh", "normal @q", "g/a/pu", "g/o/y A", ">", "<lt>", ">>", "r !echo hi", "!sort", "!cat", "!tr a-z A-Z",
            "=", "norm! .", "norm u", "u", "red", "go 5", "startinsert", "norm vjd", "exe 'norm x'", "le", "ce 30", "ri 30", "le 3", "*", "@:", "@q",
            "a", "i", "c", "norm gUU", "norm J", "g//d", "v//d", "s//Y/", "ter", "let @a='dw'", "set ic", "set noic", "set sw=2", "set tw=30",
        )
        if command == "ter" or command == "*":
            command = "d"
        if command in ("a", "i", "c"):
            return ":" + self.pick("", "", "1", "2", "$") + command + "<CR>new line<CR>.<CR>"
        if command == "startinsert":
            return ":startinsert<CR>" + self.text() + "<Esc>"
        bare = re.match(r"(let|set|noh|undo|redo|u$|red|@|exe|go)", command)
        return ":" + ("" if bare else self.address()) + command + "<CR>"

    def macro(self):
        body = "".join(self.pick(self.change, self.motion, self.insert, self.change)() for _ in range(self.r.randint(1, 2)))
        return "q" + self.pick("q", "a", "q") + body + "q" + self.pick("", "j", "0", "w") + self.count() + self.pick("@q", "@a", "@q@@", "@q.")

    def mark(self):
        return self.pick("ma", "mb", "mB", "m'") + self.motion() + self.pick("`a", "'a", "d`a", "y'b", "d'a", "``", "''", "c`aX<Esc>", "`b", "`B", "'[", "`]",
                                                                            "`^", "`<lt>", "`>", "g;", "g,", "<C-o>", "<C-i>", "gi.<Esc>", "]`", "['", "`.", "dd'a")

    def undo(self):
        return self.pick("u", "u", "u", "<C-r>", "2u", "U", "g-", "g+", "uu<C-r>", "3g-", "2g+", ":undo 1<CR>", ":undo 0<CR>", ":earlier 2<CR>",
                         ":later 2<CR>", "u.", "U", "ux", "<C-r>.", "UU", "uU")

    def dot(self):
        return self.motion() + self.count() + "."

    def number(self):
        return self.pick(self.count() + self.pick("<C-a>", "<C-x>"), "w", "j", "e", "V" + self.pick("j", "G", "") + self.count() +
                         self.pick("<C-a>", "<C-x>", "g<C-a>", "g<C-x>"), "<C-v>jl" + self.count() + self.pick("<C-a>", "g<C-a>"), "yyp<C-a>", "yy3pVjjg<C-a>",
                         ":set nf=octal,hex<CR><C-a>", ":set nf+=alpha<CR><C-a>", "f0<C-x>", "10<C-a>", "100<C-x>", "A 9<Esc><C-a>", "i-<Esc><C-a>",
                         "v" + self.motion() + "<C-a>")

    def search(self):
        return self.pick("/" + self.pattern() + "<CR>", "?" + self.pattern().replace("?", "") + "<CR>", "n", "N", "*", "#", "g*", "g#", "gn", "dgn", "cgnX<Esc>",
                         "dgN", "//<CR>", "/e/e+1<CR>", "/a/;/e<CR>", "?o?e<CR>", "d/" + self.pattern() + "<CR>", "d?e<CR>", "dn", "cNx<Esc>", "//e<CR>",
                         "v/" + self.pattern() + "<CR>d", "y/e<CR>P", "d/e/e<CR>", "d/e/0<CR>", "2/e<CR>", ":set ic<CR>", ":s//Z/<CR>", ":set nows<CR>", ":set scs<CR>",
                         "/\\cE<CR>", "/\\vo(n|r)<CR>", "/\\v<lt>\\w+><CR>", "/\\Va.<CR>", "/e\\ze.<CR>", "/\\%2le<CR>", "/^<CR>", "/$<CR>", "/x\\@!e<CR>")

    def kind(self, name):
        if name == "mixed":
            name = self.r.choice([k for k in KINDS if k != "mixed"])
        if name == "objects":
            return self.motion() + self.pick("d", "y", "c", "gU", "v", ">", "g~") + self.object() + self.pick("x<Esc>", "rX", "P", "")
        return getattr(self, {"substitute": "ex"}.get(name, name))()

    def sequence(self, name):
        keys = "".join(self.kind(name) for _ in range(self.r.randint(1, 4)))
        return self.pick("", self.motion()) + keys + self.pick("", "i|<Esc>", "P", "i|<Esc>")


KINDS = ["motion", "change", "objects", "visual", "insert", "ex", "macro", "mark", "undo", "dot", "number", "search", "lines", "mixed"]


def vim_bytes(keys):
    def one(m):
        name = m.group(1)
        if name in PLAIN:
            return PLAIN[name]
        if name in CODES:
            return "\x1d\x1d" + CODES[name][1]
        if name.startswith("C-"):
            return chr(ord(name[2].upper()) & 31)
        return m.group(0)
    return re.sub(r"<([A-Za-z]+|C-[^>])>", one, keys)


def run_vim(text, keys, place):
    rc, script, file, out = (os.path.join(place, n) for n in ("rc.vim", "script", "text", "out"))
    with open(rc, "w") as f:
        f.write(VIMRC + "".join('exe "set t_%s=\\x1d\\x1d%s"\n' % c for c in CODES.values()))
        f.write("au VimEnter * call Play()\nfunc Play()\ncall cursor(1, 1)\ncall setpos(\"''\", [0, 1, 1, 0])\n"
                "clearjumps\ncall feedkeys(join(readfile('%s', 'b'), \"\\n\"), 'tx')\nw! %s\nqa!\nendfunc\n" % (script, out))
    with open(file, "w", encoding="utf-8", newline="") as f:
        f.write(text)
    with open(script, "w", encoding="utf-8", newline="") as f:
        f.write(vim_bytes(keys) + "\x1b\x1b\x1b\x1c\x0e")
    try:
        subprocess.run(["vim", "-u", rc, "-i", "NONE", "-n", "--not-a-term", "-T", "dumb", file], cwd=place, timeout=10,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, HOME=place, LC_ALL="C.UTF-8"))
        with open(out, encoding="utf-8", errors="surrogateescape", newline="") as f:
            return f.read()
    except (subprocess.TimeoutExpired, OSError):
        return None


def run_lacuna(program, text, keys, place):
    file, script = os.path.join(place, "mine"), os.path.join(place, "keys")
    with open(file, "w", encoding="utf-8", newline="") as f:
        f.write(text)
    with open(script, "w", encoding="utf-8", newline="") as f:
        f.write(keys)
    try:
        done = subprocess.run([program, "--headless", "--keys", script, file], cwd=place, timeout=10, stdin=subprocess.DEVNULL,
                              capture_output=True, env=dict(os.environ, HOME=place, XDG_STATE_HOME=place, LC_ALL="C.UTF-8"))
    except subprocess.TimeoutExpired:
        return "HANG"
    if done.returncode:
        return "EXIT %d" % done.returncode
    with open(file, encoding="utf-8", errors="surrogateescape", newline="") as f:
        return f.read()


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("lacuna")
    options.add_argument("--count", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default=",".join(KINDS))
    options.add_argument("--show", type=int, default=10)
    options.add_argument("--least", type=float, default=0)
    options.add_argument("--jobs", type=int, default=2)
    chosen = options.parse_args()
    program = os.path.abspath(chosen.lacuna)
    kinds = chosen.only.split(",")
    cases = []
    for i in range(chosen.count):
        rng = random.Random("%d %d" % (chosen.seed, i))
        kind = kinds[i % len(kinds)]
        cases.append((kind, rng.choice(TEXTS), Keys(rng).sequence(kind)))

    def compare(case):
        with tempfile.TemporaryDirectory() as place:
            return run_vim(case[1], case[2], place), run_lacuna(program, case[1], case[2], place)

    with ThreadPoolExecutor(chosen.jobs) as pool:
        results = list(pool.map(compare, cases))
    agree, seen, bad, shown = collections.Counter(), collections.Counter(), 0, 0
    for (kind, text, keys), (vim, mine) in zip(cases, results):
        if vim is None:
            continue
        seen[kind] += 1
        broken = mine == "HANG" or mine.startswith("EXIT ")
        bad += broken
        if vim == mine:
            agree[kind] += 1
        elif broken or shown < chosen.show:
            shown += 1
            print("%s: keys %r\n  text   %r\n  vim    %r\n  lacuna %r" % (kind, keys, text, vim, mine))
    for kind in kinds:
        if seen[kind]:
            print("%-8s %4d/%-4d %5.1f %%" % (kind, agree[kind], seen[kind], 100 * agree[kind] / seen[kind]))
    total = 100 * sum(agree.values()) / max(1, sum(seen.values()))
    print("agree %d of %d: %.2f %%; %d crashed or hung" % (sum(agree.values()), sum(seen.values()), total, bad))
    return 1 if bad or total < chosen.least else 0


if __name__ == "__main__":
    sys.exit(main())
