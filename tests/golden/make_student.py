#!/usr/bin/python3
"""Writes student.safetensors beside this script with PyTorch (Debian: python3-torch). README.md says what it holds.

The generator of separable convolutions that GAN Compression calls MobileResnetGenerator, by its names. As in make_golden.py
everything is computed in double precision from inputs that single precision holds exactly.
"""
import torch
from torch import nn

from make_golden import Network, exact, pictures, save
from make_unet import randomized, run


class SeparableConv(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(channels, channels, 3, groups=channels), nn.InstanceNorm2d(channels),
                                  nn.Conv2d(channels, channels, 1))

    def forward(self, x):
        return self.conv(x)


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        half = lambda: [nn.ReflectionPad2d(1), SeparableConv(channels), nn.InstanceNorm2d(channels)]
        self.conv_block = nn.Sequential(*half(), nn.ReLU(), nn.Dropout(0), *half())

    def forward(self, x):
        return x + self.conv_block(x)


def student(blocks, width, channels, out):
    down = lambda c: [nn.Conv2d(c, 2 * c, 3, 2, 1), nn.InstanceNorm2d(2 * c), nn.ReLU()]
    up = lambda c: [nn.ConvTranspose2d(c, c // 2, 3, 2, 1, output_padding=1), nn.InstanceNorm2d(c // 2), nn.ReLU()]
    return Network(nn.ReflectionPad2d(3), nn.Conv2d(channels, width, 7), nn.InstanceNorm2d(width), nn.ReLU(), *down(width),
                   *down(2 * width), *(Block(4 * width) for _ in range(blocks)), *up(4 * width), *up(2 * width),
                   nn.ReflectionPad2d(3), nn.Conv2d(width, out, 7), nn.Tanh())


def frozen(net):
    """The biases of the convolutions of 1x1 are idle too: the norm behind them is that of the block around."""
    for name, p in net.named_parameters():
        if name.endswith(".conv.2.bias"):
            p.requires_grad_(False)
    return net


def main():
    g = torch.Generator().manual_seed(20)
    tensors = {}
    for case, net, shape in (("two_blocks", student(2, 2, 3, 3), (2, 3, 16, 20)),
                             ("grey_to_two", student(1, 3, 1, 2), (1, 1, 12, 16))):
        tensors |= run(case, frozen(randomized(net, g)), pictures(g, *shape), lambda y: exact(g, *y.shape))
    save("student", tensors)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.set_default_dtype(torch.float64)
    main()
