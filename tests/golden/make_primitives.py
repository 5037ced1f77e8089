#!/usr/bin/python3
"""Writes primitives.safetensors beside this script with PyTorch (Debian: python3-torch). README.md says what it holds.

As in make_golden.py everything is computed in double precision from inputs that single precision holds exactly.
"""
import torch
from torch import nn
from torch.nn import functional

from make_golden import nhwc, save

GENERATOR = torch.Generator().manual_seed(15)


def noise(*shape):
    return torch.randn(*shape, generator=GENERATOR).double()


def each_channel(kernel, channels):  # weights of a depthwise convolution that filters along both axes
    return torch.outer(kernel, kernel)[None, None].repeat(channels, 1, 1, 1)


def blur_down(x):
    weights = each_channel(torch.tensor([1., 2, 1]).double() / 4, x.shape[1])
    return functional.conv2d(functional.pad(x, (1, 1, 1, 1), "reflect"), weights, stride=2, groups=x.shape[1])


def blur_up(x):
    """Zeros between the pixels of the replicated picture, and [1, 3, 3, 1] / 4 over it: twice the side."""
    weights = each_channel(torch.tensor([1., 3, 3, 1]).double() / 4, x.shape[1])
    y = functional.conv_transpose2d(functional.pad(x, (1, 1, 1, 1), "replicate"), weights, stride=2, groups=x.shape[1])
    return y[:, :, 3:-3, 3:-3]


CASES = {
    "nearest_up.2": nn.Upsample(scale_factor=2, mode="nearest"),
    "nearest_up.3": nn.Upsample(scale_factor=3, mode="nearest"),
    "bilinear_up.2": nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
    "bilinear_up.3": nn.Upsample(scale_factor=3, mode="bilinear", align_corners=False),
    "blur_down.2": blur_down,
    "blur_up.2": blur_up,
    "average_pool.2": nn.AvgPool2d(2),
    "average_pool.3": nn.AvgPool2d(3),
}


def main():
    tensors = {}
    for name, layer in CASES.items():
        for case, (h, w) in {"odd": (5, 7), "even": (6, 4)}.items():
            x = noise(2, 3, h, w).requires_grad_()
            y = layer(x)
            dy = noise(*y.shape)
            y.backward(dy)
            for what, tensor in {"x": x.detach(), "y": y.detach(), "dy": dy, "dx": x.grad}.items():
                tensors[f"{name}.{case}.{what}"] = nhwc(tensor)
    save("primitives", tensors)


if __name__ == "__main__":
    main()
