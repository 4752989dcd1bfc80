"""DiffuGPT: GPT-2's network (Radford et al. 2019) without the causal mask (Gong et al. 2024)."""
import json
import numpy as np
from checkpoint import attention, byte_tokenizer, gelu_tanh, layer_norm, matrix, random, scale, write_checkpoint

WIDTH, LAYERS, HEADS, VOCABULARY, PLACES, MASK = 40, 3, 4, 259, 48, 211


def make(folder, gpt2=False, head=False):
    t, model = {}, "transformer." if gpt2 else "denoise_model."
    embedding = "transformer.wte.weight" if gpt2 else "lm_head.weight" if head else "embed_tokens.weight"
    t[embedding] = matrix(VOCABULARY, WIDTH)
    t[model + "wpe.weight"] = matrix(PLACES, WIDTH)

    def linear(name, inputs, outputs):
        t[model + name + ".weight"], t[model + name + ".bias"] = matrix(inputs, outputs), matrix(outputs)

    def norm(name):
        t[model + name + ".weight"], t[model + name + ".bias"] = scale(WIDTH), matrix(WIDTH)

    for i in range(LAYERS):
        at = "h.%d." % i
        norm(at + "ln_1")
        linear(at + "attn.c_attn", WIDTH, 3 * WIDTH)
        linear(at + "attn.c_proj", WIDTH, WIDTH)
        norm(at + "ln_2")
        linear(at + "mlp.c_fc", WIDTH, 4 * WIDTH)
        linear(at + "mlp.c_proj", 4 * WIDTH, WIDTH)
    norm("ln_f")
    config = {"model_type": "gpt2", "n_embd": WIDTH, "n_layer": LAYERS, "n_head": HEADS, "n_positions": PLACES, "vocab_size": 257,
              "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new", "bos_token_id": 256, "eos_token_id": 256,
              "mask_token_id": MASK}
    write_checkpoint(folder, config, t, {"tokenizer.json": json.dumps(byte_tokenizer(["<|endoftext|>"]))})
    ids = [256] + list(random.integers(0, 211, 20)) + [MASK, MASK, 17]
    return ids, forward(t, ids, model, embedding)


def forward(t, ids, model, embedding):
    def linear(name, x):
        return x @ t[model + name + ".weight"].astype(float) + t[model + name + ".bias"]

    def norm(name, x):
        return layer_norm(x, t[model + name + ".weight"], t[model + name + ".bias"], 1e-5)

    x = t[embedding].astype(float)[ids] + t[model + "wpe.weight"][:len(ids)]
    for i in range(LAYERS):
        at = "h.%d." % i
        query, key, value = np.split(linear(at + "attn.c_attn", norm(at + "ln_1", x)), 3, -1)
        x = x + linear(at + "attn.c_proj", attention(query, key, value, HEADS))
        x = x + linear(at + "mlp.c_proj", gelu_tanh(linear(at + "mlp.c_fc", norm(at + "ln_2", x))))
    return norm("ln_f", x) @ t[embedding].T.astype(float)


cases = {"diffugpt": {}, "diffugpt, embedding stored as the head": {"head": True}, "diffugpt, names of GPT-2": {"gpt2": True}}
facts = {"mask_token": MASK, "shifted": True, "context_length": PLACES, "framing.bos": 256, "framing.eos": 256, "framing.closed": False,
         "verified": True}
