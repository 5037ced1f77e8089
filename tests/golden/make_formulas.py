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


def reference_schedules():
    """The reference's rules, which take a step before each epoch: ten epochs from a rate of 2."""
    out, epochs, decay = {}, 4, 3
    rules = torch.optim.lr_scheduler
    cases = {"linear": lambda o: rules.LambdaLR(o, lambda epoch: 1 - max(0, epoch + 1 - epochs) / (decay + 1)),
             "step": lambda o: rules.StepLR(o, 3, 0.1), "cosine": lambda o: rules.CosineAnnealingLR(o, epochs, 0)}
    for name, of in cases.items():
        optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=2.0)
        rule, rates = of(optimiser), []
        for _ in range(epochs + decay if name == "linear" else 10):
            optimiser.step()
            rule.step()
            rates.append(rule.get_last_lr()[0])
        out[f"schedule.reference_{name}"] = torch.tensor(rates, dtype=torch.float64)
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    rule = rules.ReduceLROnPlateau(optimiser, mode="min", factor=0.2, threshold=0.01, patience=5)
    scores = [3, 2, 2, 1.99, 1.985, 2.5, 2, 1.97, 1.96, 2, 2, 2, 2, 2, 2, 2, 2, 2, -1, -1, -1.005, -0.995, -1, -2, -2, -2]
    rates = []
    for score in scores:
        rule.step(score)
        rates.append(optimiser.param_groups[0]["lr"])
    return out | {"schedule.plateau.scores": torch.tensor(scores, dtype=torch.float64),
                  "schedule.plateau": torch.tensor(rates, dtype=torch.float64)}


def initialisations():
    """The deviation that torch.nn.init gives a convolution's weight of this shape, from its own fans."""
    out = {}
    for shape in ((8, 3, 7, 7), (16, 8, 3, 3), (3, 8, 4, 4)):
        weight, name = torch.empty(*shape), "x".join(map(str, shape))
        inputs, outputs = nn.init._calculate_fan_in_and_fan_out(weight)
        out[f"initial.xavier.{name}"] = torch.tensor([0.5 * (2 / (inputs + outputs)) ** 0.5])
        out[f"initial.kaiming.{name}"] = torch.tensor([nn.init.calculate_gain("leaky_relu", 0) / inputs ** 0.5])
    return out


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    generator = torch.Generator().manual_seed(5)
    save("formulas", losses(generator) | activations(generator) | optimisers(generator) | schedules()
         | reference_schedules() | initialisations())
