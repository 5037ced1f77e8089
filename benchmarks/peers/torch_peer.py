#!/usr/bin/python3
"""Times PyTorch as benchmarks/networks.cpp times this library: torch_peer.py CASE THREADS SECONDS, same line of JSON.

Of what PyTorch can do, the fastest found is timed: NCHW (channels last is no faster on CPUs here), activations in
place as in the reference; for inference whichever of eager and optimize_for_inference is faster.
"""
import itertools
import json
import pathlib
import random
import resource
import sys
import time
import warnings

import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/golden"))
from make_golden import discriminator, generator  # noqa: E402  the networks are defined once
from make_menu import patches, resnet  # noqa: E402
from make_student import student  # noqa: E402
from make_unet import Unet  # noqa: E402

warnings.filterwarnings("ignore")


def prepared(net):
    for m in net.modules():
        if isinstance(m, (nn.ReLU, nn.LeakyReLU)):
            m.inplace = True
        if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(m.weight, 0.0, 0.02)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
    return net


class Case:
    """KIND-WIDTH-NET-SIZE-BATCH, with -norm behind it for batch norm; NET is blocks, s and the blocks of a student, u128 or u256."""

    def __init__(self, text):
        self.kind, width, self.net, size, batch, *norm = text.split("-")
        self.width, self.size, self.batch = int(width), int(size), int(batch)
        self.norm = nn.BatchNorm2d if norm else nn.InstanceNorm2d

    def generator(self):
        if self.net.startswith("u"):
            return prepared(Unet({"u128": 7, "u256": 8}[self.net], self.width, self.norm))
        if self.net.startswith("s"):
            return prepared(student(int(self.net[1:]), self.width, 3, 3))
        if self.norm is nn.InstanceNorm2d:
            return prepared(generator(int(self.net), self.width))
        return prepared(resnet(int(self.net), self.width, 3, 3, self.norm))

    def discriminator(self):
        return prepared(discriminator(self.width) if self.norm is nn.InstanceNorm2d else
                        patches(self.width, 3, self.norm, layers=3))


class Pool:
    def __init__(self, capacity=50):
        self.capacity, self.stored = capacity, []

    def query(self, pictures):
        out = []
        for picture in pictures.detach():
            if len(self.stored) < self.capacity:
                self.stored.append(picture.clone())
            elif random.random() < 0.5:
                k = random.randrange(self.capacity)
                picture, self.stored[k] = self.stored[k], picture.clone()
            out.append(picture)
        return torch.stack(out)


class Training:
    def __init__(self, case):
        self.g_a, self.g_b = case.generator(), case.generator()
        self.d_a, self.d_b = case.discriminator(), case.discriminator()
        self.discriminator_parameters = list(itertools.chain(self.d_a.parameters(), self.d_b.parameters()))
        adam = lambda parameters: torch.optim.Adam(parameters, lr=2e-4, betas=(0.5, 0.999))
        self.adam_g = adam(itertools.chain(self.g_a.parameters(), self.g_b.parameters()))
        self.adam_d = adam(self.discriminator_parameters)
        self.pool_a, self.pool_b = Pool(), Pool()

    def step(self, a, b):
        mse = lambda score, target: functional.mse_loss(score, torch.full_like(score, target))
        l1 = functional.l1_loss
        for p in self.discriminator_parameters:
            p.requires_grad_(False)
        self.adam_g.zero_grad(set_to_none=True)
        fake_b, fake_a = self.g_a(a), self.g_b(b)
        loss = (mse(self.d_a(fake_b), 1.0) + mse(self.d_b(fake_a), 1.0)
                + 10 * (l1(self.g_b(fake_b), a) + l1(self.g_a(fake_a), b))
                + 5 * (l1(self.g_a(b), b) + l1(self.g_b(a), a)))
        loss.backward()
        self.adam_g.step()
        for p in self.discriminator_parameters:
            p.requires_grad_(True)
        self.adam_d.zero_grad(set_to_none=True)
        for d, real, fake in ((self.d_a, b, self.pool_b.query(fake_b)), (self.d_b, a, self.pool_a.query(fake_a))):
            (0.5 * (mse(d(real), 1.0) + mse(d(fake), 0.0))).backward()
        self.adam_d.step()
        return loss.item()


def milliseconds(seconds, run, least=3):
    run(), run()
    times, start = [], time.perf_counter()
    while len(times) < least or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - before))
    return times


def infer(case, x, seconds):
    net = case.generator().eval()
    with torch.no_grad():
        optimised = torch.jit.optimize_for_inference(torch.jit.trace(net, x))
        fastest = min((net, optimised), key=lambda f: min(milliseconds(0, lambda: f(x))))
        return milliseconds(seconds, lambda: fastest(x))


def main(case, threads, seconds):
    of = Case(case)
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    a, b = (2 * torch.rand(of.batch, 3, of.size, of.size) - 1 for _ in range(2))
    if of.kind == "train":
        training = Training(of)
        times = milliseconds(float(seconds), lambda: training.step(a, b))
    else:
        times = infer(of, a, float(seconds))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"case": case, "threads": int(threads), "peak_mib": round(peak),
                      "milliseconds": [round(t, 3) for t in times]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
