#!/usr/bin/python3
"""Writes the small weights files of torch/ beside this script with PyTorch (Debian: python3-torch).

README.md says what they hold. Values follow formulas that the tests know, so that they depend on no reader.
The zip files come out the same every time; in the legacy ones storages are named by addresses, which differ.
"""
import collections
import os
import pathlib

import torch
from torch import nn

HERE = pathlib.Path(__file__).parent / "torch"


def save(content, name, legacy=False, protocol=2):
    with open(HERE / (name + ".pth"), "wb") as file:  # an open file: its name does not become the archive's
        torch.save(content, file, pickle_protocol=protocol, _use_new_zipfile_serialization=not legacy)


def counted(first, *shape, dtype=torch.float32):
    """first, first + 1/4, first + 1/2, ... in the order of a contiguous tensor."""
    n = torch.Size(shape).numel()
    return (first + torch.arange(n) / 4).reshape(shape).to(dtype)


def mixed():
    base = counted(9, 24)
    return collections.OrderedDict(
        float=counted(1, 2, 3, 2),
        half=counted(2, 5, dtype=torch.float16),
        brain=counted(3, 2, 2, dtype=torch.bfloat16),
        double=counted(4, 3, dtype=torch.float64),
        parameter=nn.Parameter(counted(5, 4)),
        scalar=counted(6),
        empty=counted(7, 0, 4),
        # strides and offsets: what a contiguous copy of them is, is again `counted`
        transposed=counted(8, 3, 2, 2).permute(2, 0, 1).contiguous().permute(1, 2, 0),
        every_other=torch.stack([counted(8, 6), torch.full((6,), 99.0)], 1)[:, 0],
        # three views of one storage: the whole, its end, a block within it
        whole=base, end=base[20:], block=base.reshape(4, 6)[1:3, 2:5],
        expanded=counted(8, 1).expand(2, 3),
        **{"norm.num_batches_tracked": torch.tensor(7)})


# ---- generators of the reference, one block and one channel wide, in its four spellings ----
class Block(nn.Module):
    def __init__(self, channels, norm, bias, dropout):
        super().__init__()
        half = lambda: [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=bias), norm(channels)]
        self.conv_block = nn.Sequential(*half(), nn.ReLU(), *[nn.Dropout(0.5)] * dropout, *half())


class Generator(nn.Module):
    def __init__(self, norm, bias, dropout, width=1):
        super().__init__()
        down = lambda c: [nn.Conv2d(c, 2 * c, 3, 2, 1, bias=bias), norm(2 * c), nn.ReLU()]
        up = lambda c: [nn.ConvTranspose2d(c, c // 2, 3, 2, 1, 1, bias=bias), norm(c // 2), nn.ReLU()]
        self.model = nn.Sequential(
            nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7, bias=bias), norm(width), nn.ReLU(),
            *down(width), *down(2 * width), Block(4 * width, norm, bias, dropout),
            *up(4 * width), *up(2 * width), nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh())


def generator(norm, bias=True, dropout=False):
    """Element k of a tensor is ((7 k + 3 s) mod 257 - 128) / 256, s the sum of its name's letters as guise
    has it, which is without the place of a dropout."""
    net = Generator(norm, bias, dropout)
    for name, tensor in net.state_dict().items():
        if dropout:
            name = name.replace("conv_block.6.", "conv_block.5.").replace("conv_block.7.", "conv_block.6.")
        if tensor.dtype == torch.float32:
            k = torch.arange(tensor.numel())
            tensor.copy_(((7 * k + 3 * sum(name.encode())) % 257 - 128).reshape(tensor.shape) / 256)
    return net


class Malicious:
    def __reduce__(self):
        return os.system, ("touch malicious-pickle-was-executed",)


def main():
    HERE.mkdir(exist_ok=True)
    torch.manual_seed(0)
    for legacy in (False, True):
        form = "legacy" if legacy else "zip"
        save(mixed(), f"mixed_{form}", legacy)
        save({"weight": counted(1, 2, 2), "half": counted(2, 3, dtype=torch.float16)}, f"protocol_4_{form}",
             legacy, protocol=4)
        save({"epoch": 3, "lr": 2e-4, "best": None, "done": False, "history": [1, 300, 70000, 2**40, -5],
              "state_dict": collections.OrderedDict(weight=counted(1, 2, 2))}, f"wrapped_{form}", legacy)
        save({"weight": counted(1, 2), "evil": Malicious()}, f"malicious_{form}", legacy)
    save({"model": {"weight": counted(1, 2, 2)}, "args": {"name": "\u00e4"}}, "wrapped_model")
    save({"steps": torch.arange(3)}, "whole_numbers")
    save({"weight": counted(1, 2), "epoch": 3}, "not_a_tensor")
    save({"weight": torch.complex(counted(1, 2), counted(2, 2))}, "complex")
    save(nn.Conv2d(1, 1, 1), "whole_network")

    instance = lambda c: nn.InstanceNorm2d(c)
    running = lambda c: nn.InstanceNorm2d(c, track_running_stats=True)
    batch = lambda c: nn.BatchNorm2d(c)
    save(generator(instance).state_dict(), "generator")
    save(generator(running).state_dict(), "generator_2018", legacy=True)
    save(nn.DataParallel(generator(running, dropout=True)).state_dict(), "generator_dropout")
    batch_norm = generator(batch, bias=False, dropout=True).state_dict()
    save(collections.OrderedDict(("_orig_mod." + k, v) for k, v in batch_norm.items()),
         "generator_batch_norm")


if __name__ == "__main__":
    main()
