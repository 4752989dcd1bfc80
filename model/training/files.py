"""Model folders: model.safetensors, config.json and tokenizer.json, as lacuna-model reads and writes them."""
import json
import os
import shutil
import struct

import numpy as np
import torch

from network import PRESETS
from rows import BOS, BUCKETS, EOS, MASK, NONE, NULL, PAD, SLOTS, WEIGHTS

TYPES = {"bf16": (torch.bfloat16, "bfloat16"), "f16": (torch.float16, "float16"), "f32": (torch.float32, "float32")}


def write_safetensors(path, tensors, kind, piece=0):
    """one file, or with piece (bytes) path.part00, .part01 …, to be joined by cat"""
    head, blobs, at = {}, [], 0
    for name, t in tensors.items():
        t = t.detach().cpu().to(TYPES[kind][0]).contiguous()
        blobs.append(t.view(torch.int32 if kind == "f32" else torch.int16).numpy().tobytes())
        head[name] = {"dtype": kind.upper(), "shape": list(t.shape), "data_offsets": [at, at + len(blobs[-1])]}
        at += len(blobs[-1])
    h = json.dumps(head, separators=(",", ":")).encode()
    h += b" " * (-len(h) % 8)
    data = b"".join([struct.pack("<Q", len(h)), h] + blobs)
    for n in range(0, len(data), piece or len(data)):
        with open(path + (".part%02d" % (n // piece) if piece else ""), "wb") as f:
            f.write(data[n:n + (piece or len(data))])


def read_safetensors(path):
    """{name: float32 tensor}"""
    with open(path, "rb") as f:
        data = f.read()
    size = struct.unpack("<Q", data[:8])[0]
    out = {}
    for name, t in json.loads(data[8:8 + size]).items():
        if name == "__metadata__":
            continue
        a, z = (8 + size + n for n in t["data_offsets"])
        if t["dtype"] == "BF16":
            values = (np.frombuffer(data[a:z], "<u2").astype("<u4") << 16).view("<f4")
        else:
            values = np.frombuffer(data[a:z], {"F32": "<f4", "F16": "<f2"}[t["dtype"]]).astype("<f4")
        out[name] = torch.from_numpy(values.reshape(t["shape"]).copy())
    return out


def export(o, tensors, meta, done):
    d, layers, heads, ff = PRESETS[o.preset]
    config = {
        "architectures": ["LacunaForMaskedDiffusion"], "model_type": "lacuna", "hidden_size": d, "num_hidden_layers": layers,
        "num_attention_heads": heads, "num_key_value_heads": heads, "head_dim": d // heads, "intermediate_size": ff,
        "hidden_act": "silu", "vocab_size": meta["vocab_size"], "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
        "tie_word_embeddings": True, "max_position_embeddings": max(o.length, o.long), "torch_dtype": TYPES[o.type][1],
        "attention": "full" if o.mask == "full" else "context_apart", "pad_token_id": PAD, "mask_token_id": MASK,
        "null_token_id": NULL, "none_token_id": NONE, "bos_token_id": BOS, "eos_token_id": EOS, "attribute_slots": SLOTS,
        "attributes": meta["attributes"], "buckets": BUCKETS.tolist(), "bucket_weights": WEIGHTS.tolist(),
        "training": {**done, "options": {k: v for k, v in vars(o).items() if k not in ("data", "out", "init", "replay")}}}
    write_safetensors(os.path.join(o.out, "model.safetensors"), tensors, o.type, o.piece << 20)
    with open(os.path.join(o.out, "config.json"), "w", encoding="utf-8") as f:
        json.dump(config, f, ensure_ascii=False, indent=1)
    shutil.copy(os.path.join(o.data, "tokenizer.json"), o.out)
