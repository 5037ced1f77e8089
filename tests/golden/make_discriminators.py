#!/usr/bin/python3
"""Writes discriminators.safetensors beside this script with PyTorch (Debian: python3-torch). README.md says what it holds.

As in make_golden.py everything is computed in double precision from inputs that single precision holds exactly.
"""
import torch
from torch import nn

from make_golden import exact, pictures, save, seeded
from make_unet import run


class Discriminator(nn.Module):
    """Layers in a sequence under the name that the reference gives it."""

    def __init__(self, name, layers):
        super().__init__()
        self.sequence = name
        setattr(self, name, nn.Sequential(*layers))

    def forward(self, x):
        return getattr(self, self.sequence)(x)


def patches(width, channels, count):
    """Halved `count` times; no wider than eight times the first."""
    layers = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2)]
    for layer in range(1, count + 1):
        wide, out = width * min(2 ** (layer - 1), 8), width * min(2 ** layer, 8)
        stride = 2 if layer < count else 1
        layers += [nn.Conv2d(wide, out, 4, stride, 1), nn.InstanceNorm2d(out), nn.LeakyReLU(0.2)]
    return Discriminator("model", layers + [nn.Conv2d(width * min(2 ** count, 8), 1, 4, 1, 1)])


def pixels(width, channels):
    return Discriminator("net", [nn.Conv2d(channels, width, 1), nn.LeakyReLU(0.2), nn.Conv2d(width, 2 * width, 1),
                                 nn.InstanceNorm2d(2 * width), nn.LeakyReLU(0.2), nn.Conv2d(2 * width, 1, 1)])


def main():
    g = torch.Generator().manual_seed(17)
    tensors = {}
    for case, net, shape in (("patches_1", patches(2, 3, 1), (2, 3, 16, 20)), ("patches_2", patches(2, 1, 2), (1, 1, 24, 20)),
                             ("patches_5", patches(1, 3, 5), (1, 3, 128, 96)), ("pixels", pixels(4, 3), (2, 3, 9, 7))):
        tensors |= run(case, seeded(net, g), pictures(g, *shape), lambda y: exact(g, *y.shape))
    save("discriminators", tensors)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.set_default_dtype(torch.float64)
    main()
