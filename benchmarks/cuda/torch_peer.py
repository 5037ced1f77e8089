#!/usr/bin/env python3
"""Times PyTorch as networks.cpp times this library: torch_peer.py CASE PRECISION FORM SECONDS, the same line of JSON.

FORM is eager, channels_last or compiled (channels last too). bf16 is autocast, float32 has TF32 switched off.
"""
import json
import pathlib
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
from torch_peer import Training, generator, prepared  # noqa: E402  the networks and the step are defined once


def milliseconds(seconds, run):
    for _ in range(5):
        run()
    torch.cuda.synchronize()
    times, start = [], time.perf_counter()
    while len(times) < 10 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        run()
        torch.cuda.synchronize()
        times.append(1000 * (time.perf_counter() - before))
    return times


def placed(net, form):
    net.cuda()
    if form != "eager":
        net.to(memory_format=torch.channels_last)
    if form == "compiled":
        net.compile()
    return net


def main(case, precision, form, seconds):
    kind, size, batch = case.split("-")
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = precision != "float32"
    pictures = lambda: (2 * torch.rand(int(batch), 3, int(size), int(size), device="cuda") - 1).to(
        memory_format=torch.contiguous_format if form == "eager" else torch.channels_last)
    a, b = pictures(), pictures()
    if kind == "train":
        training = Training(64, 9)
        for net in (training.g_a, training.g_b, training.d_a, training.d_b):
            placed(net, form)
        work = lambda: training.step(a, b)
    else:
        net = placed(prepared(generator(9, 64)).eval(), form)
        work = lambda: net(a)

    def run():  # autocast keeps weights in bfloat16 until it is left, and a step changes them
        with torch.autocast("cuda", torch.bfloat16, enabled=precision == "bf16"):
            work()

    with torch.set_grad_enabled(kind == "train"):
        times = milliseconds(float(seconds), run)
    print(json.dumps({"milliseconds": [round(t, 3) for t in times]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
