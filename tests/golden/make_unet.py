#!/usr/bin/python3
"""Writes unet.safetensors and unet_sizes.safetensors beside this script with PyTorch (Debian: python3-torch). README.md says what it holds.

As in make_golden.py everything is computed in double precision from inputs that single precision holds exactly.
"""
import torch
from torch import nn

from make_golden import exact, gradient, nhwc, pictures, save, seeded


class Block(nn.Module):
    """A U-Net's block around the one within, with the reference's names and its activations, which work in place."""

    def __init__(self, norm, outer, inner, within=None, outermost=False, dropout=False):
        super().__init__()
        self.outermost = outermost
        bias = norm is nn.InstanceNorm2d
        down = [] if outermost else [nn.LeakyReLU(0.2, True)]
        down.append(nn.Conv2d(outer, inner, 4, 2, 1, bias=bias))
        if within is not None and not outermost:
            down.append(norm(inner))
        wide = inner if within is None else 2 * inner
        up = [nn.ReLU(True), nn.ConvTranspose2d(wide, outer, 4, 2, 1, bias=bias or outermost)]
        up.append(nn.Tanh() if outermost else norm(outer))
        if dropout:
            up.append(nn.Dropout(0.5))
        self.model = nn.Sequential(*down, *([] if within is None else [within]), *up)

    def forward(self, x):
        if self.outermost:
            return self.model(x)
        return torch.cat([x, self.model(x)], 1)  # x is by now what the leaky relu has left in its place


class Unet(nn.Module):
    def __init__(self, downs, width, norm):
        super().__init__()
        block = Block(norm, 8 * width, 8 * width)
        for _ in range(downs - 5):
            block = Block(norm, 8 * width, 8 * width, block, dropout=True)
        for wide in (4 * width, 2 * width, width):
            block = Block(norm, wide, 2 * wide, block)
        self.model = Block(norm, 3, width, block, outermost=True)

    def forward(self, x):
        return self.model(x)


def randomized(net, g):
    seeded(net, g)
    for name, buffer in net.named_buffers():
        if name.endswith("running_mean"):
            buffer.copy_(exact(g, *buffer.shape) * 0.125)
        if name.endswith("running_var"):
            buffer.copy_((exact(g, *buffer.shape).abs() + 0.5).float())
    return net


def run(case, net, x, dy_for):
    """All tensors of a case: the net as it is, what it infers from x, and its pass forward and back."""
    tensors = {f"{case}.{key}": value.clone() for key, value in net.state_dict().items()
               if not key.endswith("num_batches_tracked")}
    tensors |= {f"{case}.x": nhwc(x), f"{case}.y_inferred": nhwc(net.eval()(x))}
    for module in net.train().modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    x.requires_grad_()
    y = net(x)
    dy = dy_for(y)
    y.backward(dy)
    tensors |= {f"{case}.{key}": nhwc(value) for key, value in (("y", y), ("dy", dy), ("dx", x.grad))}
    return tensors | {f"{case}.d{key}": gradient(p) for key, p in net.named_parameters()}


def counted(side, seed):
    """A picture in [-1, 1] by a formula that the test repeats: it would be large in a file."""
    k = torch.arange(side * side * 3)
    values = ((k * k % 4093 * k + seed * k) % 4093 - 2046) / 2048
    return values.reshape(1, side, side, 3).permute(0, 3, 1, 2).contiguous()


def main():
    g = torch.Generator().manual_seed(16)
    tensors = {}
    for case, net, shape in (("batch", Unet(5, 1, nn.BatchNorm2d), (2, 3, 32, 32)),
                             ("instance", Unet(6, 1, nn.InstanceNorm2d), (1, 3, 64, 64))):
        tensors |= run(case, randomized(net, g), pictures(g, *shape), lambda y: exact(g, *y.shape))
    save("unet", tensors)

    tensors = {}
    for case, downs in (("unet_128", 7), ("unet_256", 8)):
        net = randomized(Unet(downs, 1, nn.BatchNorm2d), g)
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):  # near 1, so that the innermost blocks show in the picture
                module.weight.data = (module.weight.data + 1).float().double()
                module.running_var /= 4
        side = 2 ** downs
        all = run(case, net, counted(side, 1), lambda y: counted(side, 2))
        for key in ("x", "dy"):
            del all[f"{case}.{key}"]
        for key in ("y_inferred", "y", "dx"):
            all[f"{case}.{key}"] = all[f"{case}.{key}"].flatten()[::37]
        tensors |= all
    save("unet_sizes", tensors)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.set_default_dtype(torch.float64)
    main()
