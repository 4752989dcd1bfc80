#!/usr/bin/env python3
"""train: a masked-diffusion language model that fills holes in text, trained on a folder made by prepare.py or by
lacuna-model train --text; the same rows, options and files as lacuna-model train, for GPUs and many machines.

    train.py --data DIR --out DIR --preset cpu --minutes 180                 one process, CPU or one GPU
    torchrun --nproc_per_node 8 train.py --data DIR --out DIR --preset gpu --compile --workers 4 --steps 60000

OUT gets log.jsonl, checkpoint.pt (--resume goes on from it) and the model of the averaged weights: model.safetensors,
config.json and tokenizer.json. Needs PyTorch (1.13 on a CPU, 2.x on GPUs) and numpy, nothing else.
"""
import argparse
import contextlib
import json
import os
import time

if os.path.exists("/proc/cpuinfo") and "avx512vl" in open("/proc/cpuinfo").read():
    os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")      # OpenBLAS 0.3.21 takes newer processors for a Prescott: 4x slower

import numpy as np
import torch
import torch.nn as nn

import files
from network import PRESETS, Model
from optimizer import optimizers, rate_at
from rows import Rows, Stream
from validation import Validation


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="prepared folder")
    p.add_argument("--out", required=True, help="of the run and its model")
    p.add_argument("--init", help="folder of a model whose weights it begins with")
    p.add_argument("--replay", help="rows and learning rates that lacuna-model train --record has written")
    for name, choices in (("preset", ("cpu", "gpu", "tiny")), ("mask", ("apart", "full")), ("optimizer", ("muon", "adamw")),
                          ("decay", ("cosine", "linear", "none")), ("type", ("bf16", "f16", "f32"))):
        p.add_argument("--" + name, choices=choices, default=choices[0])
    for name, value, text in (
            ("length", 256, "positions of a row"), ("long", 0, "positions of a row in the last fifth (say 512)"),
            ("tokens", 8192, "positions a step, over all processes and parts"), ("accumulate", 1, "parts of a step"),
            ("steps", 0, "end after so many steps"),
            ("minutes", 0.0, "stop and export in time; the schedule follows what ends first, steps or minutes"),
            ("rate", 2e-3, "learning rate"), ("warmup", 100, "steps until it is reached"),
            ("decay-share", 1.0, "last share of the run in which it falls"), ("weight-decay", 0.1, "of matrices"),
            ("beta2", 0.95, "of AdamW"), ("clip", 1.0, "longest gradient"), ("dropout", 0.0, "chance of dropout"),
            ("average", 0.999, "decay of the averaged weights"), ("seed", 0, "of rows and first weights"),
            ("flat", 1.0, "0: every row weighs the same, 1: every masked piece; between them: a power"),
            ("causal", 0.0, "share of the time in which rows predict each next token instead; a loss at every position"),
            ("workers", 0, "processes that make rows"), ("threads", 0, "of the CPU, 0: all"),
            ("validate", 500, "steps between validations, 0: none"), ("validation-rows", 128, "rows of one"),
            ("report", 20, "steps between reports"), ("save", 10.0, "minutes between checkpoints"),
            ("overfit", 0, "the same N rows again and again"),
            ("piece", 0, "split model.safetensors into parts of so many MiB")):
        p.add_argument("--" + name, type=type(value), default=value, help=text + " (%(default)s)")
    p.add_argument("--compile", action="store_true", help="compile the network (PyTorch 2)")
    p.add_argument("--resume", action="store_true", help="go on from the checkpoint in the out folder")
    o = p.parse_args()
    if not (o.steps or o.minutes or o.replay):
        p.error("--steps or --minutes is needed")
    return o


def replayed(path):
    """batches like those of Rows.batch, and the learning rate of each"""
    with open(path, encoding="utf-8") as f:
        for line in f:
            r = json.loads(line)
            start, at = np.array(r["start"]), np.array(r["at"])
            length = int(np.diff(start).max())
            padded = [np.zeros((len(start) - 1, length), np.int32) for _ in range(3)]
            for n, (a, z) in enumerate(zip(start, start[1:])):
                for to, name in zip(padded, ("ids", "kinds", "positions")):
                    to[n, :z - a] = r[name][a:z]
            row = np.searchsorted(start, at, "right") - 1
            flat = row * length + at - start[row], np.array(r["wanted"]), np.array(r["weight"], np.float32)
            yield [torch.from_numpy(v) for v in (*padded, *flat)], r["rate"]


class Trainer:
    def __init__(self, o):
        self.o, self.begin, self.cuda = o, time.time(), torch.cuda.is_available()
        self.rank, self.world, local = (int(os.environ.get(k, d)) for k, d in (("RANK", 0), ("WORLD_SIZE", 1), ("LOCAL_RANK", 0)))
        if o.threads:
            torch.set_num_threads(o.threads)
        self.device = torch.device("cuda", local) if self.cuda else torch.device("cpu")
        if self.cuda:
            torch.cuda.set_device(local)
            torch.set_float32_matmul_precision("high")
        if self.world > 1:
            torch.distributed.init_process_group("nccl" if self.cuda else "gloo")
        self.cast = (lambda: torch.autocast("cuda", torch.bfloat16)) if self.cuda else contextlib.nullcontext
        torch.manual_seed(o.seed)
        with open(os.path.join(o.data, "meta.json"), encoding="utf-8") as f:
            self.meta = json.load(f)
        self.net = Model(self.meta["vocab_size"], *PRESETS[o.preset], dropout=o.dropout, full=o.mask == "full").to(self.device)
        if o.init:
            self.net.load_state_dict(files.read_safetensors(os.path.join(o.init, "model.safetensors")))
        self.opts, self.ema = optimizers(o, self.net), [p.detach().clone() for p in self.net.parameters()]
        self.step, self.seen, self.spent, self.kept = 0, 0, 0.0, os.path.join(o.out, "checkpoint.pt")
        os.makedirs(o.out, exist_ok=True)
        if o.resume and os.path.exists(self.kept):
            self.load()
        self.eager = self.net.model.forward
        self.fast = self.net.model.forward = torch.compile(self.eager) if o.compile else self.eager
        torch.manual_seed(o.seed + 1000 * self.rank + self.step)        # dropout differs between processes
        self.run = nn.parallel.DistributedDataParallel(self.net, device_ids=[local] if self.cuda else None) if self.world > 1 else self.net
        first = self.rank == 0
        self.log = open(os.path.join(o.out, "log.jsonl"), "a" if self.step else "w", encoding="utf-8") if first else None
        self.val = Validation(o) if first and o.validate else None
        self.reserve, self.saved, self.last, self.losses = 0.0, time.time(), (time.time(), self.seen), []

    def load(self):
        c = torch.load(self.kept, map_location=self.device)
        self.net.load_state_dict(c["net"])
        for q, s in zip(self.opts, c["opts"]):
            q.load_state_dict(s)
        self.ema, self.step, self.seen, self.spent = c["ema"], c["step"], c["seen"], c["spent"]

    def say(self, d):
        if self.rank == 0:
            print(json.dumps(d), file=self.log, flush=True)
            print(" ".join("%s %s" % kv for kv in d.items()), flush=True)

    def swap(self):
        for p, e in zip(self.net.parameters(), self.ema):
            t = p.data.clone()
            p.data.copy_(e)
            e.copy_(t)

    def validate(self):
        """with the averaged weights, not compiled"""
        if not self.val:
            return
        t = time.time()
        self.swap()
        self.net.model.forward = self.eager
        self.say({"step": self.step, "seen": self.seen, "valid": self.val.run(self.net, self.device, self.cast)})
        self.net.model.forward = self.fast
        self.swap()
        self.reserve = 1.3 * (time.time() - t) + 5                      # the last validation fits into --minutes
        self.last = (time.time(), self.seen)

    def save(self):
        torch.save({"net": self.net.state_dict(), "ema": self.ema, "opts": [q.state_dict() for q in self.opts],
                    "step": self.step, "seen": self.seen, "spent": self.used()}, self.kept + ".tmp")
        os.replace(self.kept + ".tmp", self.kept)
        self.swap()
        files.export(self.o, self.net.state_dict(), self.meta, {"step": self.step, "seen": self.seen})
        self.swap()
        self.saved = time.time()

    def used(self):
        return self.spent + time.time() - self.begin

    def done(self):
        """the share of the run that is over, the same in all processes"""
        o = self.o
        done = max(self.step / o.steps if o.steps else 0, self.used() / (o.minutes * 60 - self.reserve) if o.minutes else 0)
        if self.world > 1:
            both = torch.tensor([done], device=self.device)
            torch.distributed.broadcast(both, 0)
            done = float(both)
        return done

    def loader(self, length, causal=False):
        o = self.o
        rows = max(1, o.tokens // length // self.world // o.accumulate)
        if o.overfit:
            part = Rows(o.data, "train", o.seed).batch(o.overfit, length)
            return iter(lambda: part, None)
        return iter(torch.utils.data.DataLoader(Stream(o, self.rank, rows, length, self.step, causal), batch_size=None,
                                                num_workers=o.workers, pin_memory=self.cuda,
                                                **({"prefetch_factor": 4} if o.workers else {})))

    def learn(self, parts, rate):
        """one step from an iterator over its parts"""
        o = self.o
        for g in (g for q in self.opts for g in q.param_groups):
            g["lr"] = rate
        for part in range(o.accumulate):
            batch = [t.to(self.device, non_blocking=True) for t in next(parts)]
            if self.world > 1:
                self.run.require_backward_grad_sync = part + 1 == o.accumulate
            with self.cast():
                loss = self.run(*batch[:3], batch[3].long(), batch[4].long(), batch[5]) / o.accumulate
            loss.backward()
            self.losses.append(loss.detach() * o.accumulate)
            self.seen += batch[0].numel() * self.world
        nn.utils.clip_grad_norm_(self.net.parameters(), o.clip)
        for q in self.opts:
            q.step()
            q.zero_grad(set_to_none=True)
        self.step += 1
        with torch.no_grad():
            for p, e in zip(self.net.parameters(), self.ema):
                e.lerp_(p, 1 - min(o.average, (1 + self.step) / (10 + self.step)))
        if self.step % o.report == 0:
            self.report(rate)

    def report(self, rate):
        now = time.time()
        self.say({"step": self.step, "loss": round(float(sum(self.losses)) / len(self.losses), 4), "lr": round(rate, 7),
                  "seen": self.seen, "tokens_s": round((self.seen - self.last[1]) / (now - self.last[0])),
                  "minutes": round(self.used() / 60, 2)})
        self.losses, self.last = [], (now, self.seen)

    def loop(self):
        o = self.o
        length, causal = o.length, o.causal > 0
        data = self.loader(length, causal)
        while True:
            done = self.done()
            if done >= 1:
                return
            if causal and done >= o.causal:
                causal, data = False, self.loader(length)
            if o.long and done >= 0.8 and length != o.long:
                length, data = o.long, self.loader(o.long)
            self.learn(data, rate_at(o, self.step, done))
            if o.validate and self.step % o.validate == 0:
                self.validate()
            if self.rank == 0 and time.time() - self.saved > 60 * o.save:
                self.save()

    def all(self):
        self.say({"parameters": sum(p.numel() for p in self.net.parameters()), "device": str(self.device),
                  "world": self.world, **vars(self.o)})
        if self.o.replay:
            for batch, rate in replayed(self.o.replay):
                self.learn(iter([batch]), rate)
        else:
            self.loop()
        if self.rank == 0:
            self.validate()
            self.save()
        if self.world > 1:
            torch.distributed.destroy_process_group()


if __name__ == "__main__":
    Trainer(arguments()).all()
