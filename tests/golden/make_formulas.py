#!/usr/bin/python3
"""Writes formulas.safetensors with PyTorch: losses, activations, optimisers and schedules that make_golden.py does not have.

In double precision, from inputs that single precision holds exactly, stored as float32, as make_golden.py does.
"""
import torch
from torch import nn
from torch.nn import functional

from make_golden import exact, save


def losses(g):
    out = {"loss.x": exact(g, 24) * 2, "loss.t": exact(g, 24)}
    t = out["loss.t"]
    zeros, ones = torch.zeros_like(t), torch.ones_like(t)
    relu = functional.relu
    cross_entropy = functional.binary_cross_entropy_with_logits
    cases = {
        "L1": lambda x: functional.l1_loss(x, t), "L2": lambda x: functional.mse_loss(x, t),
        "Charbonnier": lambda x: ((x - t) ** 2 + 1e-6).sqrt().mean(),
        "LeastSquares.real": lambda x: functional.mse_loss(x, ones), "LeastSquares.fake": lambda x: functional.mse_loss(x, zeros),
        "LeastSquares.generator": lambda x: functional.mse_loss(x, ones),
        "CrossEntropyWithLogits.real": lambda x: cross_entropy(x, ones),
        "CrossEntropyWithLogits.fake": lambda x: cross_entropy(x, zeros),
        "CrossEntropyWithLogits.generator": lambda x: cross_entropy(x, ones),
        "Hinge.real": lambda x: relu(1 - x).mean(), "Hinge.fake": lambda x: relu(1 + x).mean(),
        "Hinge.generator": lambda x: -x.mean(),
        "Wasserstein.real": lambda x: -x.mean(), "Wasserstein.fake": lambda x: x.mean(),
        "Wasserstein.generator": lambda x: -x.mean()}
    for name, of in cases.items():
        x = out["loss.x"].clone().requires_grad_()
        value = of(x)
        value.backward()
        out |= {f"loss.{name}.value": value.reshape(1), f"loss.{name}.dx": x.grad}
    return out


def activations(g):
    out = {"activation.x": exact(g, 24) * 3, "activation.dy": exact(g, 24)}
    cases = {"relu": nn.ReLU(), "leaky_relu": nn.LeakyReLU(0.2), "leaky_relu_0.01": nn.LeakyReLU(0.01), "tanh": nn.Tanh(),
             "sigmoid": nn.Sigmoid(), "mish": nn.Mish()}
    for name, of in cases.items():
        x = out["activation.x"].clone().requires_grad_()
        y = of(x)
        y.backward(out["activation.dy"])
        out |= {f"activation.{name}.y": y, f"activation.{name}.dx": x.grad}
    return out


def optimisers(g):
    """Four steps each of 20 parameters, at a rate of 0.01."""
    before = exact(g, 20)
    gradients = (exact(g, 4, 20) * 10 ** torch.linspace(-3, 2, 20).float().double()).float().double()
    out = {"optimiser.before": before, "optimiser.gradients": gradients}
    cases = {
        "adam_decay": lambda p: torch.optim.Adam(p, 0.01, (0.5, 0.999), weight_decay=0.1),
        "adamw": lambda p: torch.optim.AdamW(p, 0.01),
        "sgd": lambda p: torch.optim.SGD(p, 0.01),
        "sgd_momentum": lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, dampening=0.5, weight_decay=0.1),
        "sgd_nesterov": lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, weight_decay=0.1, nesterov=True),
        "rmsprop": lambda p: torch.optim.RMSprop(p, 0.01),
        "rmsprop_momentum": lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.9, eps=1e-3, weight_decay=0.1, momentum=0.5)}
    for name, of in cases.items():
        p = nn.Parameter(before.clone())
        optimiser, after = of([p]), []
        for row in gradients:
            p.grad = row.clone()
            optimiser.step()
            after.append(p.detach().clone())
        out[f"optimiser.{name}"] = torch.stack(after)
    return out


def schedules():
    out, steps = {}, 12
    rules = torch.optim.lr_scheduler
    cases = {"cosine": lambda o: rules.CosineAnnealingLR(o, 10, 0.1), "step_decay": lambda o: rules.StepLR(o, 3, 0.5),
             "warm_up": lambda o: rules.LinearLR(o, 1 / 5, 1, 4)}
    for name, of in cases.items():
        optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=2.0)
        rule, rates = of(optimiser), []
        for _ in range(10 if name == "cosine" else steps):
            rates.append(rule.get_last_lr()[0])
            optimiser.step()
            rule.step()
        out[f"schedule.{name}"] = torch.tensor(rates, dtype=torch.float64)
    return out


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    generator = torch.Generator().manual_seed(5)
    save("formulas", losses(generator) | activations(generator) | optimisers(generator) | schedules())
