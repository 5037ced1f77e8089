#!/usr/bin/python3
"""Writes spectral_norm.safetensors beside this script with PyTorch (Debian: python3-torch). README.md says what it holds.

As in make_golden.py everything is computed in double precision from inputs that single precision holds exactly.
"""
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import spectral_norm

from make_golden import Network, discriminator, exact, gradient, nhwc, pictures, save, seeded


def divided(net, g):
    """Every convolution with a spectral norm, whose u and v are one iteration from any direction: for directions that
    have nothing to do with the weights, u W v would be a difference of large numbers, of which float32 keeps few digits."""
    seeded(net, g)
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            spectral_norm(module)
            matrix = module.weight_orig.detach().flatten(1)
            module.weight_v.copy_(functional.normalize(matrix.T @ exact(g, *module.weight_u.shape), dim=0).float())
            module.weight_u.copy_(functional.normalize(matrix @ module.weight_v, dim=0).float())
    return net


def main():
    g = torch.Generator().manual_seed(18)
    tensors = {}
    translating = Network(nn.Conv2d(3, 4, 3, 1, 1), nn.ReLU(), nn.Conv2d(4, 3, 3, 1, 1, bias=False), nn.Tanh())
    for case, net, shape in (("discriminator", discriminator(2), (2, 3, 32, 32)), ("translator", translating, (2, 3, 8, 12))):
        divided(net, g)
        tensors |= {f"{case}.{key}": value.clone() for key, value in net.state_dict().items()}
        first, second = (pictures(g, *shape).requires_grad_() for _ in range(2))
        tensors[f"{case}.first.y_inferred"] = nhwc(net.eval()(first))
        net.train()
        made = {"first": (first, net(first)), "second": (second, net(second))}  # each by u and v of its own
        for name, (x, y) in made.items():
            dy = exact(g, *y.shape)
            y.backward(dy)
            tensors |= {f"{case}.{name}.{key}": nhwc(value)
                        for key, value in (("x", x), ("y", y), ("dy", dy), ("dx", x.grad))}
        tensors |= {f"{case}.d{key}": gradient(p) for key, p in net.named_parameters()}
        tensors |= {f"{case}.after.{key}": value.clone() for key, value in net.named_buffers()}
        tensors[f"{case}.after.y_inferred"] = nhwc(net.eval()(first))
    save("spectral_norm", tensors)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.set_default_dtype(torch.float64)
    main()
