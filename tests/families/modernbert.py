"""ModernBERT with a masked-language-model head, from Warner et al. 2024 and the documentation of ModernBertForMaskedLM."""
import json
import numpy as np
from checkpoint import attention, byte_tokenizer, gelu, layer_norm, matrix, random, rotate_half, scale, write_checkpoint

WIDTH, LAYERS, HEADS, INNER, VOCABULARY, ROWS = 48, 5, 4, 56, 300, 40


def make(folder, biased=False):
    t = {}

    def linear(name, rows, cols, bias=biased):
        t[name + ".weight"] = matrix(rows, cols)
        if bias:
            t[name + ".bias"] = matrix(rows)

    def norm(name):
        t[name + ".weight"] = scale(WIDTH)
        if biased:
            t[name + ".bias"] = matrix(WIDTH)

    t["model.embeddings.tok_embeddings.weight"] = matrix(VOCABULARY, WIDTH)
    norm("model.embeddings.norm")
    for i in range(LAYERS):
        at = "model.layers.%d." % i
        if i:
            norm(at + "attn_norm")
        linear(at + "attn.Wqkv", 3 * WIDTH, WIDTH)
        linear(at + "attn.Wo", WIDTH, WIDTH)
        norm(at + "mlp_norm")
        linear(at + "mlp.Wi", 2 * INNER, WIDTH)
        linear(at + "mlp.Wo", WIDTH, INNER)
    norm("model.final_norm")
    linear("head.dense", WIDTH, WIDTH)
    norm("head.norm")
    t["decoder.bias"] = matrix(VOCABULARY)
    config = {"model_type": "modernbert", "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
              "intermediate_size": INNER, "vocab_size": VOCABULARY, "max_position_embeddings": 64, "local_attention": 10,
              "global_attn_every_n_layers": 3, "global_rope_theta": 160000.0, "local_rope_theta": 10000.0, "norm_eps": 1e-5,
              "norm_bias": biased, "attention_bias": biased, "mlp_bias": biased, "classifier_bias": biased, "decoder_bias": True,
              "hidden_activation": "gelu", "classifier_activation": "gelu", "cls_token_id": 257, "sep_token_id": 258}
    write_checkpoint(folder, config, t, {"tokenizer.json": json.dumps(byte_tokenizer(["[MASK]", "[CLS]", "[SEP]"]))})
    ids = [257] + list(random.integers(0, 256, ROWS - 4)) + [256, 256, 258]
    return ids, forward(t, ids)


def forward(t, ids):
    def linear(name, x):
        return x @ t[name + ".weight"].T.astype(float) + t.get(name + ".bias", 0)

    def norm(name, x):
        return layer_norm(x, t[name + ".weight"], t.get(name + ".bias", 0), 1e-5)

    word = t["model.embeddings.tok_embeddings.weight"].astype(float)
    x = norm("model.embeddings.norm", word[ids])
    place = np.arange(len(ids))
    near = abs(place[:, None] - place[None, :]) <= 5
    for i in range(LAYERS):
        at, everywhere = "model.layers.%d." % i, i % 3 == 0
        query, key, value = np.split(linear(at + "attn.Wqkv", norm(at + "attn_norm", x) if i else x), 3, -1)
        query, key = (rotate_half(part, HEADS, 160000.0 if everywhere else 10000.0) for part in (query, key))
        x = x + linear(at + "attn.Wo", attention(query, key, value, HEADS, None if everywhere else near))
        gate, up = np.split(linear(at + "mlp.Wi", norm(at + "mlp_norm", x)), 2, -1)
        x = x + linear(at + "mlp.Wo", gelu(gate) * up)
    x = norm("head.norm", gelu(linear("head.dense", norm("model.final_norm", x))))
    return x @ word.T + t["decoder.bias"]


cases = {"modernbert": {}, "modernbert with biases": {"biased": True}}
facts = {"mask_token": 256, "shifted": False, "context_length": 64, "framing.bos": 257, "framing.eos": 258, "framing.closed": True,
         "verified": True}
