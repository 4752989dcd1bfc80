"""BERT with a masked-language-model head, from Devlin et al. 2018 and the documentation of BertForMaskedLM."""
from checkpoint import attention, gelu, layer_norm, matrix, random, scale, write_checkpoint

WIDTH, LAYERS, HEADS, INNER, VOCABULARY, PLACES = 40, 3, 4, 72, 61, 32


def make(folder, old_names=False, tied=True, change=None, bias="cls.predictions.bias"):
    t = {}

    def linear(name, rows, cols):
        t[name + ".weight"], t[name + ".bias"] = matrix(rows, cols), matrix(rows)

    def norm(name):
        t[name + (".gamma" if old_names else ".weight")] = scale(WIDTH)
        t[name + (".beta" if old_names else ".bias")] = matrix(WIDTH)

    for name, rows in ("word", VOCABULARY), ("position", PLACES), ("token_type", 2):
        t["bert.embeddings.%s_embeddings.weight" % name] = matrix(rows, WIDTH)
    norm("bert.embeddings.LayerNorm")
    for i in range(LAYERS):
        at = "bert.encoder.layer.%d." % i
        for name in "query", "key", "value":
            linear(at + "attention.self." + name, WIDTH, WIDTH)
        linear(at + "attention.output.dense", WIDTH, WIDTH)
        norm(at + "attention.output.LayerNorm")
        linear(at + "intermediate.dense", INNER, WIDTH)
        linear(at + "output.dense", WIDTH, INNER)
        norm(at + "output.LayerNorm")
    linear("cls.predictions.transform.dense", WIDTH, WIDTH)
    norm("cls.predictions.transform.LayerNorm")
    t[bias] = matrix(VOCABULARY)
    if not tied:
        t["cls.predictions.decoder.weight"] = matrix(VOCABULARY, WIDTH)
    if change:
        change(t)
    config = {"model_type": "bert", "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
              "intermediate_size": INNER, "vocab_size": VOCABULARY, "max_position_embeddings": PLACES, "type_vocab_size": 2,
              "layer_norm_eps": 1e-12, "hidden_act": "gelu", "tie_word_embeddings": tied}
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = marks + ["%sw%d" % ("##" if i % 3 == 0 else "", i) for i in range(VOCABULARY - len(marks))]
    write_checkpoint(folder, config, t, {"vocab.txt": "\n".join(words) + "\n"})
    ids = [2] + list(random.integers(5, VOCABULARY, 11)) + [4, 4, 7, 3]
    return ids, forward(t, ids, old_names, tied, bias)


def forward(t, ids, old_names, tied, bias):
    def linear(name, x):
        return x @ t[name + ".weight"].T.astype(float) + t[name + ".bias"]

    def norm(name, x):
        return layer_norm(x, t[name + (".gamma" if old_names else ".weight")], t[name + (".beta" if old_names else ".bias")], 1e-12)

    word = t["bert.embeddings.word_embeddings.weight"].astype(float)
    x = word[ids] + t["bert.embeddings.position_embeddings.weight"][:len(ids)] + t["bert.embeddings.token_type_embeddings.weight"][0]
    x = norm("bert.embeddings.LayerNorm", x)
    for i in range(LAYERS):
        at = "bert.encoder.layer.%d." % i
        query, key, value = (linear(at + "attention.self." + name, x) for name in ("query", "key", "value"))
        x = norm(at + "attention.output.LayerNorm", x + linear(at + "attention.output.dense", attention(query, key, value, HEADS)))
        x = norm(at + "output.LayerNorm", x + linear(at + "output.dense", gelu(linear(at + "intermediate.dense", x))))
    x = norm("cls.predictions.transform.LayerNorm", gelu(linear("cls.predictions.transform.dense", x)))
    return x @ (word if tied else t["cls.predictions.decoder.weight"]).T + t[bias]


cases = {"bert": {}, "bert, names of TensorFlow": {"old_names": True}, "bert, head of its own": {"tied": False},
         "bert, bias called as the decoder's": {"bias": "cls.predictions.decoder.bias"}}
facts = {"mask_token": 4, "shifted": False, "context_length": PLACES, "framing.bos": 2, "framing.eos": 3, "framing.closed": True,
         "verified": True}
# Pieces of words stand for a blank and the word: where the text has that blank, or none may be, it is not written twice.
holes = [
    ("w7 w8 w10", [3, 5], r"w7 \S.*\S w10"),
    ("w7 w8", [0, 2], r"\S.* w8"),
    ("w7 w8", [3, 3], r"w7 \S.*\S w8"),
    ("w7", [2, 2], r"w7.*\S"),
    ("w7\nw8", [3, 5], r"w7\n\S.*"),
    ("(w7) w8", [1, 3], r"\(\S.*\) w8"),
    ("", [0, 0], r"\S.*"),
]
holes = [(0, {"text": text, "spans": [span], "length": 3}, pattern) for text, span, pattern in holes]
