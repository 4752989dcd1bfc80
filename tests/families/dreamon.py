"""DreamOn: a Dream network whose layers do nothing and whose head is a table of which token follows which, so that what
the algorithm has to do to a hole is known."""
import json
import numpy as np
from checkpoint import byte_tokenizer, write_checkpoint

SPECIALS = ["<|endoftext|>", "<|beginoftext|>", "<|mask|>", "<|expand|>"]
END, BEGIN, MASK, EXPAND = range(256, 260)
WIDTH = 260
CHAIN = "(abcdefghijklmnopqrstuvwxyz"


def make(folder, follows=(), files=None, extra={}):
    """`follows`: (token, next, score) beside a chain of letters."""
    table = np.zeros((WIDTH, WIDTH), dtype=np.float32)
    for one, other in zip(CHAIN, CHAIN[1:]):
        table[ord(one), ord(other)] = 8
    for token, other, score in follows:
        table[token, other] = score
    t = {"model.embed_tokens.weight": np.eye(WIDTH), "model.norm.weight": np.ones(WIDTH), "lm_head.weight": table.T / np.sqrt(WIDTH)}
    layer = "model.layers.0."
    for name in "input_layernorm", "post_attention_layernorm":
        t[layer + name + ".weight"] = np.ones(WIDTH)
    for name in "q", "k", "v":
        t[layer + "self_attn.%s_proj.weight" % name] = np.zeros((WIDTH, WIDTH))
        t[layer + "self_attn.%s_proj.bias" % name] = np.zeros(WIDTH)
    t[layer + "self_attn.o_proj.weight"] = np.zeros((WIDTH, WIDTH))
    for name, rows, cols in ("gate", 8, WIDTH), ("up", 8, WIDTH), ("down", WIDTH, 8):
        t[layer + "mlp.%s_proj.weight" % name] = np.zeros((rows, cols))
    config = {"model_type": "Dream", "hidden_size": WIDTH, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8,
              "vocab_size": WIDTH, "max_position_embeddings": 256, "rms_norm_eps": 1e-9, "rope_theta": 10000.0,
              "mask_token_id": MASK, "bos_token_id": BEGIN, "eos_token_id": END, "pad_token_id": END, "tie_word_embeddings": False, **extra}
    write_checkpoint(folder, config, t, files or {"tokenizer.json": json.dumps(byte_tokenizer(SPECIALS))})
    ids = [BEGIN] + list(b"f(ab") + [MASK, MASK] + list(b")") + [END]
    return ids, table[ids]


cases = {
    "dreamon": {},
    "dreamon, masks become longer": {"follows": [(MASK, EXPAND, 14)]},
    "dreamon, masks vanish": {"follows": [(MASK, END, 14)]},
    "dreamon, nothing follows b": {"follows": [(ord("b"), END, 14)]},
}
facts = {"mask_token": MASK, "shifted": True, "context_length": 256, "framing.bos": BEGIN, "framing.eos": END, "framing.closed": True,
         "framing.expand": EXPAND, "framing.delete": END}
holes = [
    # 4 places to begin with, and nothing to change.
    (0, {"length": "auto"}, r"f\(abcd\)"),
    # As long as may be: 7, or 64 at most.
    (1, {"length": [2, 7]}, r"f\(abcdefg\)"),
    (1, {"length": "auto"}, r"f\(abcdefghijklmnopqrstuvwxyz.{38}\)"),
    # As short as may be.
    (2, {"length": [3, 7]}, r"f\(abc\)"),
    (2, {"length": "auto"}, r"f\(a\)"),
    # The network ends it.
    (3, {"length": "auto"}, r"f\(ab\)"),
    # A length that was asked for is kept.
    (1, {"length": 5}, r"f\(abcde\)"),
    (2, {"length": 5}, r"f\(abcde\)"),
]
holes = [(case, {"text": "f()", "spans": [[2, 2]], **options}, pattern) for case, options, pattern in holes]
