"""Muon for the matrices of the layers and AdamW for the rest, or AdamW for all."""
import math

import torch


class Muon(torch.optim.Optimizer):
    """momentum made orthogonal by five Newton-Schulz steps, for matrices; scaled so that AdamW's learning rate fits"""

    def __init__(self, params, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @staticmethod
    def orthogonal(g):
        x = g.bfloat16() if g.is_cuda else g.float()
        flip = x.shape[-2] > x.shape[-1]
        x = x.transpose(-1, -2) if flip else x
        x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
        for _ in range(5):
            a = x @ x.transpose(-1, -2)
            x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
        return (x.transpose(-1, -2) if flip else x).to(g.dtype)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            shapes = {}
            for p in group["params"]:
                m = self.state[p].setdefault("momentum", torch.zeros_like(p))
                m.lerp_(p.grad, 1 - group["momentum"])
                shapes.setdefault(p.shape, []).append((p, p.grad.lerp(m, group["momentum"])))
            for shape, some in shapes.items():                          # all matrices of a shape at once
                for (p, _), u in zip(some, self.orthogonal(torch.stack([g for _, g in some]))):
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.add_(u, alpha=-group["lr"] * 0.2 * math.sqrt(max(shape)))


def optimizers(o, net):
    mats = [p for n, p in net.named_parameters() if p.dim() == 2 and "embed" not in n]
    rest = {"params": [net.model.embed_tokens.weight] + [p for p in net.parameters() if p.dim() != 2], "weight_decay": 0.0}
    muon = o.optimizer == "muon"
    groups = [rest] if muon else [rest, {"params": mats, "weight_decay": o.weight_decay}]
    adam = torch.optim.AdamW(groups, o.rate, betas=(0.9, o.beta2))
    return [adam, Muon(mats, o.rate, weight_decay=o.weight_decay)] if muon else [adam]


def rate_at(o, step, done):
    """the learning rate of step `step` (from 0), when a share `done` of the run is over"""
    fallen = min(1.0, max(0.0, (done - 1 + o.decay_share) / o.decay_share)) if o.decay_share else 0.0
    fall = {"cosine": 0.5 + 0.5 * math.cos(math.pi * fallen), "linear": 1 - fallen, "none": 1.0}[o.decay]
    rise = min(1.0, (step + 1) / o.warmup) if o.warmup else 1.0
    return o.rate * max(rise * fall, 0.01)
