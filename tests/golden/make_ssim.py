#!/usr/bin/python3
"""Writes ssim.safetensors beside this script with PyTorch (Debian: python3-torch). README.md says what it holds.

As in make_golden.py everything is computed in double precision from inputs that single precision holds exactly.
"""
import torch
from torch.nn import functional

from make_golden import nhwc, pictures, save


def gaussian(side):
    away = torch.arange(side) - (side - 1) / 2
    weights = torch.exp(-away ** 2 / (2 * 1.5 ** 2))
    return weights / weights.sum()


def loss(x, t, window):
    x, t = x + 1, t + 1  # the scale [0, 2]
    down, across = window(x.shape[2]), window(x.shape[3])
    kernel = torch.outer(down, across).expand(3, 1, -1, -1)
    mean = lambda of: functional.conv2d(of, kernel, groups=3)
    mx, mt = mean(x), mean(t)
    c1, c2 = (0.01 * 2) ** 2, (0.03 * 2) ** 2
    similarity = (2 * mx * mt + c1) * (2 * (mean(x * t) - mx * mt) + c2) / (
        (mx ** 2 + mt ** 2 + c1) * (mean(x * x) - mx ** 2 + mean(t * t) - mt ** 2 + c2))
    return 1 - similarity.mean()


def main():
    g = torch.Generator().manual_seed(19)
    windows = {"gaussian": lambda n: gaussian(min(n, 11)), "uniform": lambda n: torch.full((min(n, 7),), 1 / min(n, 7))}
    tensors = {}
    for case, shape in (("wide", (2, 3, 14, 18)), ("low", (1, 3, 6, 13))):  # lower than both windows
        x = pictures(g, *shape)
        t = (0.5 * x + 0.5 * pictures(g, *shape)).float().double()
        tensors |= {f"{case}.x": nhwc(x), f"{case}.t": nhwc(t)}
        for name, window in windows.items():
            x = x.detach().clone().requires_grad_()
            value = loss(x, t, window)
            value.backward()
            tensors |= {f"{case}.{name}.value": value.reshape(1), f"{case}.{name}.dx": nhwc(x.grad)}
    save("ssim", tensors)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.set_default_dtype(torch.float64)
    main()
