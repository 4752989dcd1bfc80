"""The default network: RMSNorm, RoPE at explicit positions, SwiGLU, tied embedding; context sees context alone, holes and
attributes see everything."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from rows import CAUSAL, CONTEXT, PADDING

PRESETS = {"tiny": (64, 2, 2, 176), "cpu": (320, 6, 5, 864), "gpu": (512, 10, 8, 1408)}   # width, layers, heads, inner width


class Norm(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x):
        y = x.float()
        return (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + 1e-5)).to(x.dtype) * self.weight.to(x.dtype)


class Block(nn.Module):
    def __init__(self, d, heads, ff, dropout):
        super().__init__()
        linear = lambda a, b: nn.Linear(a, b, bias=False)
        self.self_attn = nn.ModuleDict({n + "_proj": linear(d, d) for n in "qkvo"})
        self.mlp = nn.ModuleDict({"gate_proj": linear(d, ff), "up_proj": linear(d, ff), "down_proj": linear(ff, d)})
        self.input_layernorm, self.post_attention_layernorm, self.drop, self.heads = Norm(d), Norm(d), nn.Dropout(dropout), heads

    def forward(self, x, cos, sin, mask):
        B, L, d = x.shape
        y = self.input_layernorm(x)
        q, k, v = (self.self_attn[n](y).view(B, L, self.heads, -1).transpose(1, 2) for n in ("q_proj", "k_proj", "v_proj"))

        def turn(t):
            a, b = t.chunk(2, -1)
            return (t * cos + torch.cat((-b, a), -1) * sin).to(v.dtype)
        q, k = turn(q), turn(k)
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, mask)
        else:
            y = (q @ k.transpose(-1, -2) * (d // self.heads) ** -0.5).masked_fill(~mask, -1e9).softmax(-1) @ v
        x = x + self.drop(self.self_attn["o_proj"](y.transpose(1, 2).reshape(B, L, d)))
        y, m = self.post_attention_layernorm(x), self.mlp
        return x + self.drop(m["down_proj"](F.silu(m["gate_proj"](y)) * m["up_proj"](y)))


class Body(nn.Module):
    def __init__(self, vocab, d, layers, heads, ff, dropout, full):
        super().__init__()
        self.embed_tokens, self.norm, self.drop, self.full = nn.Embedding(vocab, d), Norm(d), nn.Dropout(dropout), full
        self.layers = nn.ModuleList(Block(d, heads, ff, dropout) for _ in range(layers))
        self.register_buffer("freq", 10000.0 ** (-torch.arange(0, d // heads, 2).float() * heads / d), persistent=False)

    def forward(self, ids, kind, pos):
        x = self.drop(self.embed_tokens(ids))
        angle = pos.float()[:, None, :, None] * self.freq
        angle = torch.cat((angle, angle), -1)
        cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
        apart = (kind == CONTEXT)[:, None, :] | (kind != CONTEXT)[:, :, None] | self.full
        causal = (kind == CAUSAL)[:, None, :]
        place = torch.arange(ids.shape[1], device=ids.device)
        mask = ((kind != PADDING)[:, None, :] & apart & (~causal | (place[:, None] >= place)))[:, None]
        for layer in self.layers:
            x = layer(x, cos, sin, mask)
        return self.norm(x)


class Model(nn.Module):
    """tensors are named as in LLaMA; the output shares the embedding"""

    def __init__(self, vocab, d, layers, heads, ff, dropout=0.0, full=False):
        super().__init__()
        self.model = Body(vocab, d, layers, heads, ff, dropout, full)
        for n, p in self.named_parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02 / (math.sqrt(2 * layers) if "o_proj" in n or "down_proj" in n else 1))

    def forward(self, ids, kind, pos, sel, want=None, w=None):
        """logits at the flat positions sel, or the loss there"""
        x = self.model(ids, kind, pos)
        logits = x.reshape(-1, x.shape[-1])[sel] @ self.model.embed_tokens.weight.to(x.dtype).t()
        return logits if want is None else (F.cross_entropy(logits.float(), want, reduction="none") * w).sum()
