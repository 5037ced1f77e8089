#!/usr/bin/python3
"""Writes menu.safetensors beside this script with PyTorch (Debian: python3-torch). README.md says what it holds.

The reference's networks with its other norms, channels and blurs. As in make_golden.py everything is computed in double
precision from inputs that single precision holds exactly.
"""
import torch
from torch import nn
from torch.nn import functional

from make_discriminators import Discriminator
from make_golden import Network, exact, pictures, save
from make_unet import Block, randomized, run


def nothing(channels):
    return nn.Identity()


class Down(nn.Module):
    """The binomial filter 1 2 1 on every channel, on mirrored borders, and every second pixel."""

    def forward(self, x):
        row = torch.tensor([1.0, 2.0, 1.0]) / 4
        kernel = (row[:, None] * row).expand(x.shape[1], 1, 3, 3)
        return functional.conv2d(functional.pad(x, (1, 1, 1, 1), mode="reflect"), kernel, stride=2, groups=x.shape[1])


class Up(nn.Module):
    """Zeros between the pixels, and the binomial filter 1 3 3 1 of sum 4 on repeated borders."""

    def forward(self, x):
        row = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 4
        kernel = (row[:, None] * row).expand(x.shape[1], 1, 4, 4)
        wide = functional.conv_transpose2d(functional.pad(x, (1, 1, 1, 1), mode="replicate"), kernel, stride=2, padding=2,
                                           groups=x.shape[1])
        return wide[:, :, 1:-1, 1:-1]


class ResnetBlock(nn.Module):
    def __init__(self, channels, norm, bias, dropout):
        super().__init__()
        half = lambda: [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=bias), norm(channels)]
        self.conv_block = nn.Sequential(*half(), nn.ReLU(), *([nn.Dropout(0.5)] if dropout else []), *half())

    def forward(self, x):
        return x + self.conv_block(x)


def resnet(blocks, width, channels, out, norm, dropout=False, antialias=False):
    bias = norm is nn.InstanceNorm2d
    down = lambda c: ([nn.Conv2d(c, 2 * c, 3, 1 if antialias else 2, 1, bias=bias), norm(2 * c), nn.ReLU()]
                      + ([Down()] if antialias else []))
    up = lambda c: ([Up(), nn.Conv2d(c, c // 2, 3, 1, 1, bias=bias)] if antialias else
                    [nn.ConvTranspose2d(c, c // 2, 3, 2, 1, output_padding=1, bias=bias)]) + [norm(c // 2), nn.ReLU()]
    return Network(nn.ReflectionPad2d(3), nn.Conv2d(channels, width, 7, bias=bias), norm(width), nn.ReLU(),
                   *down(width), *down(2 * width),
                   *(ResnetBlock(4 * width, norm, bias, dropout) for _ in range(blocks)),
                   *up(4 * width), *up(2 * width), nn.ReflectionPad2d(3), nn.Conv2d(width, out, 7), nn.Tanh())


class Unet(nn.Module):
    """Of five downs, with other channels out than in."""

    def __init__(self, width, channels, out, norm):
        super().__init__()
        block = Block(norm, 8 * width, 8 * width)
        for wide in (4 * width, 2 * width, width):
            block = Block(norm, wide, 2 * wide, block)
        self.model = Block(norm, out, width, block, outermost=True)
        self.model.model[0] = nn.Conv2d(channels, width, 4, 2, 1, bias=norm is nn.InstanceNorm2d)

    def forward(self, x):
        return self.model(x)


def patches(width, channels, norm, layers=2):
    middle = lambda c, stride: [nn.Conv2d(c, 2 * c, 4, stride, 1, bias=norm is nn.InstanceNorm2d), norm(2 * c), nn.LeakyReLU(0.2)]
    inner = [layer for k in range(layers) for layer in middle(width << k, 2 if k + 1 < layers else 1)]
    return Discriminator("model", [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2), *inner,
                                   nn.Conv2d(width << layers, 1, 4, 1, 1)])


def antialiased_patches(width, channels):
    return Discriminator("model", [nn.Conv2d(channels, width, 4, 1, 1), nn.LeakyReLU(0.2), Down(),
                                   nn.Conv2d(width, 2 * width, 4, 1, 1), nn.InstanceNorm2d(2 * width), nn.LeakyReLU(0.2), Down(),
                                   nn.Conv2d(2 * width, 4 * width, 4, 1, 1), nn.InstanceNorm2d(4 * width), nn.LeakyReLU(0.2),
                                   nn.Conv2d(4 * width, 1, 4, 1, 1)])


def pixels(width, channels, norm):
    bias = norm is nn.InstanceNorm2d
    return Discriminator("net", [nn.Conv2d(channels, width, 1), nn.LeakyReLU(0.2), nn.Conv2d(width, 2 * width, 1, bias=bias),
                                 norm(2 * width), nn.LeakyReLU(0.2), nn.Conv2d(2 * width, 1, 1, bias=bias)])


def main():
    g = torch.Generator().manual_seed(18)
    batch, instance = nn.BatchNorm2d, nn.InstanceNorm2d
    tensors = {}
    for case, net, shape in (("resnet_batch", resnet(1, 2, 3, 3, batch), (2, 3, 16, 20)),
                             ("resnet_none", resnet(2, 2, 1, 2, nothing), (1, 1, 16, 12)),
                             ("resnet_instance", resnet(1, 2, 4, 1, instance), (2, 4, 12, 16)),
                             ("resnet_antialias", resnet(1, 2, 3, 3, instance, antialias=True), (1, 3, 16, 20)),
                             ("unet_batch", Unet(1, 1, 2, batch), (2, 1, 32, 32)),
                             ("unet_instance", Unet(1, 4, 1, instance), (1, 4, 64, 32)),
                             ("unet_none", Unet(1, 2, 3, nothing), (1, 2, 32, 64)),
                             ("patches_batch", patches(2, 3, batch), (2, 3, 16, 20)),
                             ("patches_none", patches(2, 1, nothing), (1, 1, 24, 20)),
                             ("patches_antialias", antialiased_patches(2, 3), (1, 3, 20, 22)),
                             ("pixels_batch", pixels(4, 3, batch), (2, 3, 9, 7)),
                             ("pixels_none", pixels(4, 2, nothing), (1, 2, 6, 7))):
        tensors |= run(case, randomized(net, g), pictures(g, *shape), lambda y: exact(g, *y.shape))
    # With dropout, which training draws by its own chance, what is inferred.
    net, x = randomized(resnet(1, 2, 3, 3, batch, dropout=True), g), pictures(g, 1, 3, 12, 16)
    tensors |= {key: value for key, value in run("resnet_dropout", net, x, lambda y: exact(g, *y.shape)).items()
                if key.rpartition(".")[2] not in ("y", "dy", "dx") and not key.startswith("resnet_dropout.dmodel")}
    save("menu", tensors)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.set_default_dtype(torch.float64)
    main()
