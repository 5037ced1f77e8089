#!/usr/bin/python3
"""Writes cut.safetensors beside this script with PyTorch (Debian: python3-torch). README.md says what it holds.

As in make_golden.py everything is computed in double precision from inputs that single precision holds exactly. The
objective is written from the paper (Park et al. 2020) in the order of its published code: the discriminator learns first.
Places and flips are drawn as the library draws them, for which its random numbers are written out here once more.
"""
import torch
from torch import nn
from torch.nn import functional

from make_golden import Network, ResnetBlock, discriminator, exact, gradient, idle_biases, nhwc, norm, pictures, save
from make_primitives import blur_down, blur_up

WIDTH, LAYERS, PLACES, TEMPERATURE, HEAD = 4, [0, 4, 8, 12, 13], 16, 0.07, 8
STREAM = 65  # of the places


class Random:
    """xoshiro256++ seeded by splitmix64: core/random.hpp."""
    ALL = 2**64 - 1

    def __init__(self, seed, stream):
        mixed, self.state = self.mix(seed) ^ self.mix(~stream & self.ALL), []
        for _ in range(4):
            mixed = mixed + 0x9e3779b97f4a7c15 & self.ALL
            self.state.append(self.mix(mixed))

    def mix(self, z):
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 & self.ALL
        z = (z ^ z >> 27) * 0x94d049bb133111eb & self.ALL
        return z ^ z >> 31

    def rotated(self, x, by):
        return (x << by | x >> 64 - by) & self.ALL

    def next(self):
        s = self.state
        result = self.rotated(s[0] + s[3] & self.ALL, 23) + s[0] & self.ALL
        shifted = s[1] << 17 & self.ALL
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = self.rotated(s[3], 45)
        return result

    def half(self):
        return (self.next() >> 11) * 2.0**-53 < 0.5

    def below(self, n):
        limit = (self.ALL - n + 1) % n
        while (value := self.next()) < limit:
            pass
        return value % n

    def places(self, n):
        """The first of a permutation."""
        every = list(range(n))
        for k in range(min(PLACES, n)):
            other = k + self.below(n - k)
            every[k], every[other] = every[other], every[k]
        return every[:PLACES]


class Blur(nn.Module):
    def __init__(self, filtered):
        super().__init__()
        self.forward = filtered


def generator():
    convolved = lambda i, o: [nn.Conv2d(i, o, 3, 1, 1), norm(o), nn.ReLU()]
    w = WIDTH
    return Network(
        nn.ReflectionPad2d(3), nn.Conv2d(3, w, 7), norm(w), nn.ReLU(),
        *convolved(w, 2 * w), Blur(blur_down), *convolved(2 * w, 4 * w), Blur(blur_down),
        ResnetBlock(4 * w), ResnetBlock(4 * w),
        Blur(blur_up), *convolved(4 * w, 2 * w), Blur(blur_up), *convolved(2 * w, w),
        nn.ReflectionPad2d(3), nn.Conv2d(w, 3, 7), nn.Tanh())


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        for k, channels in enumerate([3, 2 * WIDTH, 4 * WIDTH, 4 * WIDTH, 4 * WIDTH]):
            self.add_module(f"mlp_{k}", nn.Sequential(nn.Linear(channels, HEAD), nn.ReLU(), nn.Linear(HEAD, HEAD)))

    def forward(self, maps, places):
        """(N, places, HEAD) for each map."""
        out = []
        for k, (x, at) in enumerate(zip(maps, places)):
            y = getattr(self, f"mlp_{k}")(x.flatten(2).transpose(1, 2)[:, at])
            out.append(y / (y.pow(2).sum(2, keepdim=True).sqrt() + 1e-7))
        return out


def features(g, x):
    found = []
    for k, layer in enumerate(g.model[:LAYERS[-1] + 1]):
        x = layer(x)
        if k in LAYERS:
            found.append(x)
    return found


def nce(g, f, source, made, random, flipped, of_batch):
    given, asked = features(g, source), features(g, made)
    places = [random.places(x.shape[2] * x.shape[3]) for x in given]
    if flipped:
        asked = [x.flip(3) for x in asked]
    total = 0
    for query, key in zip(f(asked, places), f(given, places)):
        if of_batch:
            query, key = query.flatten(0, 1)[None], key.flatten(0, 1)[None]
        alike = query @ key.detach().transpose(1, 2) / TEMPERATURE
        right = torch.arange(alike.shape[1]).repeat(alike.shape[0])
        total = total + functional.cross_entropy(alike.flatten(0, 1), right)
    return total / len(LAYERS)


def seeded(net, g, seen=()):
    """As in make_golden.py, but for biases whose sums are features, which are seen before a norm takes them away."""
    idle = set(idle_biases(net)) - set(seen)
    for name, p in net.named_parameters():
        p.data = exact(g, *p.shape) * 0.125
        p.requires_grad_(name not in idle)
    return net


def steps(case, fresh, a, b, seed, lambda_nce, identity, flips, of_batch=False):
    g, f, d = fresh()
    nets = {"G": g, "F": f, "D": d}
    random = Random(seed, STREAM)
    adam = {name: torch.optim.Adam([p for p in net.parameters() if p.requires_grad], lr=2e-4, betas=(0.5, 0.999))
            for name, net in nets.items()}
    mse = lambda score, target: functional.mse_loss(score, torch.full_like(score, target))
    out = {}
    for step in range(2):
        flipped = flips and random.half()
        print(case, "step", step, "flipped" if flipped else "as it is")
        maybe_flipped = lambda x: x.flip(3) if flipped else x
        for one in adam.values():
            one.zero_grad()
        fake = g(maybe_flipped(a))
        losses = {"D_fake": mse(d(fake.detach()), 0.0), "D_real": mse(d(b), 1.0)}
        (0.5 * (losses["D_fake"] + losses["D_real"])).backward()
        gradients = {f"D.{key}": gradient(p).clone() for key, p in d.named_parameters()}
        adam["D"].step()
        losses["G_GAN"] = mse(d(fake), 1.0)
        losses["NCE"] = lambda_nce * nce(g, f, a, fake, random, flipped, of_batch)
        both = losses["NCE"]
        if identity:
            losses["NCE_Y"] = lambda_nce * nce(g, f, b, g(maybe_flipped(b)), random, flipped, of_batch)
            both = 0.5 * (losses["NCE"] + losses["NCE_Y"])
        losses["G"] = losses["G_GAN"] + both
        losses["G"].backward()
        for name in "GF":
            gradients |= {f"{name}.{key}": gradient(p).clone() for key, p in nets[name].named_parameters()}
            adam[name].step()
        out |= {f"{case}.step{step}.{name}": value.reshape(1) for name, value in losses.items()}
        if step == 0:
            out |= {f"{case}.gradient.{key}": value for key, value in gradients.items()}
    return out


def main():
    start = torch.Generator().manual_seed(19)
    a, b = pictures(start, 2, 3, 32, 24), pictures(start, 2, 3, 32, 24)

    def fresh():
        g = torch.Generator().manual_seed(20)
        seen = {f"model.{k}.bias" for k in LAYERS}
        return seeded(generator(), g, seen), seeded(Heads(), g), seeded(discriminator(2), g)

    tensors = {"pictures_A": nhwc(a), "pictures_B": nhwc(b)}
    for name, net in zip("GFD", fresh()):
        tensors |= {f"{name}.{key}": value.clone() for key, value in net.state_dict().items()}
    tensors |= steps("cut", fresh, a, b, 1, 1.0, True, False)
    tensors |= steps("of_batch", fresh, a, b, 1, 1.0, True, False, True)
    tensors |= steps("fast_cut", fresh, a, b, 3, 10.0, False, True)
    save("cut", tensors)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.set_default_dtype(torch.float64)
    main()
