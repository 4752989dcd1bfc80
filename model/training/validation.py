"""What the averaged weights are worth on fixed rows of the `valid` split."""
import math

import torch
import torch.nn.functional as F

from rows import NULL, ONE_WORD, PADDING, SLOTS, Rows


class Validation:
    """fixed rows of `valid`: bound in bits a byte, hole loss (nats a piece) by kind, single words guessed in one pass"""

    def __init__(self, o):
        self.parts, n = {}, max(1, o.validation_rows // 64)
        data = Rows(o.data, "valid", 1, uniform=1)
        self.parts["bpb"] = [data.batch(32, o.length) for _ in range(2 * n)]
        for k, name in enumerate(("words", "phrase", "sentence", "sentences", "word")):
            data = Rows(o.data, "valid", 2, uniform=0, spoil=0, attributes=0, only=k)
            self.parts[name] = [data.batch(32, o.length) for _ in range(max(n, 5) if k == ONE_WORD else n)]
        self.size = data.size

    @torch.no_grad()
    def run(self, net, device, cast):
        net.eval()
        out, hits, words = {}, 0, 0
        for name, parts in self.parts.items():
            loss = total = 0.0
            for part in parts:
                ids, kind, _, sel, want, w = part
                with cast():
                    logits = net(*(t.to(device) for t in part[:3]), sel.to(device).long()).float()
                ce = F.cross_entropy(logits, want.to(device).long(), reduction="none").cpu()
                row, real = sel // ids.shape[1], want != NULL
                if name == "bpb":                                       # n times the mean over the masked, a row
                    full = ids.flatten().long().index_copy(0, sel.long(), want.long())
                    loss += float((ce * w * len(ids) * ((kind != PADDING).sum(1) - SLOTS)[row]).sum()) / math.log(2)
                    total += int(self.size[full.numpy()].sum())
                else:
                    loss, total = loss + float(ce[real].sum()), total + int(real.sum())
                if name == "word":
                    miss = torch.zeros(len(ids)).index_add(0, row, ((logits.argmax(-1).cpu() != want) & real).float())
                    hits, words = hits + int((miss == 0).sum()), words + len(ids)
            out[name] = round(loss / max(1, total), 4)
        net.train()
        return {**out, "word_exact": round(hits / words, 4)}
