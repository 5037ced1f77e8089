#!/usr/bin/python3
"""Writes the golden files beside this script with PyTorch (Debian: python3-torch). README.md says what they hold.

Everything is computed in double precision from inputs that single precision holds exactly, and stored as
float32, so a golden value is the true one to rounding. The same PyTorch gives the same bytes every time.
"""
import json
import pathlib
import struct

import torch
from torch import nn
from torch.nn import functional

HERE = pathlib.Path(__file__).parent


# ---- the networks, with the state-dict names of the PyTorch reference ----
def norm(channels):
    return nn.InstanceNorm2d(channels)


class ResnetBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        half = lambda: [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), norm(channels)]
        self.conv_block = nn.Sequential(*half(), nn.ReLU(), *half())

    def forward(self, x):
        return x + self.conv_block(x)


class Network(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        return self.model(x)


def generator(blocks, width):
    down = lambda c: [nn.Conv2d(c, 2 * c, 3, 2, 1), norm(2 * c), nn.ReLU()]
    up = lambda c: [nn.ConvTranspose2d(c, c // 2, 3, 2, 1, output_padding=1), norm(c // 2), nn.ReLU()]
    return Network(
        nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7), norm(width), nn.ReLU(),
        *down(width), *down(2 * width),
        *(ResnetBlock(4 * width) for _ in range(blocks)),
        *up(4 * width), *up(2 * width),
        nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh())


def discriminator(width):
    middle = lambda c, stride: [nn.Conv2d(c, 2 * c, 4, stride, 1), norm(2 * c), nn.LeakyReLU(0.2)]
    return Network(
        nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2),
        *middle(width, 2), *middle(2 * width, 2), *middle(4 * width, 1),
        nn.Conv2d(8 * width, 1, 4, 1, 1))


def idle_biases(net):
    """Names of the biases right before an instance norm: their gradient is exactly zero."""
    found = []
    for path, sequence in net.named_modules():
        if isinstance(sequence, nn.Sequential):
            found += [f"{path}.{k}.bias" for k in range(len(sequence) - 1)
                      if isinstance(sequence[k + 1], nn.InstanceNorm2d)]
    return found


def seeded(net, generator):
    """Random weights and biases, idle ones too; rounding would move the idle ones, so they are frozen."""
    idle = idle_biases(net)
    for name, p in net.named_parameters():
        p.data = exact(generator, *p.shape) * 0.125
        p.requires_grad_(name not in idle)
    return net


# ---- numbers that float32 holds exactly ----
def exact(generator, *shape):
    return torch.randn(*shape, generator=generator, dtype=torch.float32).double()


def pictures(generator, *shape):
    return (2 * torch.rand(*shape, generator=generator, dtype=torch.float32) - 1).double()


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def gradient(p):
    return torch.zeros_like(p) if p.grad is None else p.grad


def save(name, tensors):
    """.safetensors: the header's length in 8 bytes, the header in JSON, the values, all little-endian."""
    header, data = {}, b""
    for key, value in tensors.items():
        flat = value.detach().float().contiguous().flatten().tolist()
        values = struct.pack(f"<{len(flat)}f", *flat)
        header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (HERE / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


# ---- what each file holds ----
def networks():
    g = torch.Generator().manual_seed(1)
    nets = {"generator": seeded(generator(2, 4), g), "discriminator": seeded(discriminator(3), g)}
    cases = {"square": (pictures(g, 2, 3, 32, 32), nets), "wide": (pictures(g, 1, 3, 24, 36), ["generator"]),
             "odd": (pictures(g, 1, 3, 27, 35), ["discriminator"])}
    out = {f"{name}.{key}": value for name, net in nets.items() for key, value in net.state_dict().items()}
    for case, (x, takers) in cases.items():
        out[f"{case}.x"] = nhwc(x)
        for name in takers:
            x = x.detach().clone().requires_grad_()
            y = nets[name](x)
            dy = exact(g, *y.shape)
            y.backward(dy)
            out |= {f"{case}.{name}.{key}": nhwc(value) for key, value in (("y", y), ("dy", dy), ("dx", x.grad))}
    return out


def training():
    """Five steps of the reference with the pool off; step k sees pictures k and k + 1 of three, in a circle."""
    g = torch.Generator().manual_seed(2)
    g_a, g_b = seeded(generator(1, 4), g), seeded(generator(1, 4), g)  # A -> B, B -> A
    d_a, d_b = seeded(discriminator(2), g), seeded(discriminator(2), g)  # of pictures of B, of A
    nets = {"G_A": g_a, "G_B": g_b, "D_A": d_a, "D_B": d_b}
    all_a, all_b = pictures(g, 3, 3, 32, 32), pictures(g, 3, 3, 32, 32)
    first = {"pictures_A": nhwc(all_a), "pictures_B": nhwc(all_b)}
    first |= {f"{name}.{key}": value.clone() for name, net in nets.items() for key, value in net.state_dict().items()}
    last = {}

    learnt = lambda *some: [p for net in some for p in net.parameters() if p.requires_grad]
    adam = lambda parameters: torch.optim.Adam(parameters, lr=2e-4, betas=(0.5, 0.999))
    adam_g, adam_d = adam(learnt(g_a, g_b)), adam(learnt(d_a, d_b))
    mse = lambda score, target: functional.mse_loss(score, torch.full_like(score, target))
    lambda_a = lambda_b = 10
    lambda_identity = 0.5

    for step in range(5):
        two = [step % 3, (step + 1) % 3]
        a, b = all_a[two], all_b[two]
        fake_b, fake_a = g_a(a), g_b(b)
        losses = {
            "G_A": mse(d_a(fake_b), 1.0), "G_B": mse(d_b(fake_a), 1.0),
            "cycle_A": lambda_a * functional.l1_loss(g_b(fake_b), a),
            "cycle_B": lambda_b * functional.l1_loss(g_a(fake_a), b),
            "idt_A": lambda_b * lambda_identity * functional.l1_loss(g_a(b), b),
            "idt_B": lambda_a * lambda_identity * functional.l1_loss(g_b(a), a)}
        adam_g.zero_grad()
        sum(losses.values()).backward()
        gradients = {f"{n}.{k}": gradient(p).clone() for n in ("G_A", "G_B") for k, p in nets[n].named_parameters()}
        adam_g.step()

        adam_d.zero_grad()  # the generators' loss has left gradients there
        for name, net, real, fake in (("D_A", d_a, b, fake_b), ("D_B", d_b, a, fake_a)):
            losses[name] = 0.5 * (mse(net(real), 1.0) + mse(net(fake.detach()), 0.0))
            losses[name].backward()
        gradients |= {f"{n}.{k}": gradient(p).clone() for n in ("D_A", "D_B") for k, p in nets[n].named_parameters()}
        adam_d.step()

        last |= {f"step{step}.{name}": value.reshape(1) for name, value in losses.items()}
        if step == 0:
            first |= {f"gradient.{key}": value for key, value in gradients.items()}
    last |= {f"{name}.{key}": value for name, net in nets.items() for key, value in net.state_dict().items()}
    return first, last


def layers():
    g = torch.Generator().manual_seed(3)
    out = {}

    def case(name, layer, *shape):
        for p in layer.parameters():
            p.data = exact(g, *p.shape)
        out.update({f"{name}.{key}": value for key, value in layer.named_parameters()})
        x = exact(g, *shape).requires_grad_()
        y = layer(x)
        dy = exact(g, *y.shape)
        y.backward(dy)
        out.update({f"{name}.{key}": nhwc(value) for key, value in (("x", x), ("y", y), ("dy", dy), ("dx", x.grad))})
        out.update({f"{name}.d{key}": value.grad for key, value in layer.named_parameters()})

    case("conv_4_stride_2", nn.Conv2d(2, 3, 4, 2, 1), 2, 2, 9, 12)
    case("conv_3_stride_2", nn.Conv2d(2, 3, 3, 2, 1), 2, 2, 9, 12)
    case("conv_transpose_3", nn.ConvTranspose2d(2, 3, 3, 2, 1, output_padding=1), 2, 2, 5, 6)
    case("reflect_3", nn.ReflectionPad2d(3), 2, 2, 4, 7)
    case("instance_norm", nn.InstanceNorm2d(3), 2, 3, 5, 4)
    case("instance_norm_affine", nn.InstanceNorm2d(3, affine=True), 2, 3, 5, 4)

    batch_norm = nn.BatchNorm2d(3).double()
    batch_norm.running_mean, batch_norm.running_var = exact(g, 3), exact(g, 3).abs() + 0.5
    batch_norm.running_var = batch_norm.running_var.float().double()
    before = {key: value.clone() for key, value in batch_norm.named_buffers() if key != "num_batches_tracked"}
    case("batch_norm", batch_norm, 2, 3, 5, 4)
    out.update({f"batch_norm.before.{key}": value for key, value in before.items()})
    out.update({f"batch_norm.after.{key}": getattr(batch_norm, key) for key in before})
    for key, value in before.items():
        setattr(batch_norm, key, value)
    out["batch_norm.y_inferred"] = nhwc(batch_norm.eval()(out["batch_norm.x"].permute(0, 3, 1, 2)))

    # TensorFlow's SAME: ceil(n / stride) windows, and an odd zero goes to the right and the bottom.
    def before_and_after(n, kernel, stride):
        total = max((-(-n // stride) - 1) * stride + kernel - n, 0)
        return total // 2, total - total // 2

    class SameConv(nn.Module):
        def __init__(self, kernel, stride):
            super().__init__()
            self.weight, self.bias = nn.Parameter(torch.empty(3, 2, kernel, kernel)), nn.Parameter(torch.empty(3))

        def forward(self, x):
            (height, width), (kernel, stride) = x.shape[2:], (self.weight.shape[-1], self.stride)
            zeros = before_and_after(width, kernel, stride) + before_and_after(height, kernel, stride)
            return functional.conv2d(functional.pad(x, zeros), self.weight, self.bias, stride)

    class SameConvTranspose(nn.Module):
        """The input gradient of the SAME convolution that maps 2n to n pixels."""

        def __init__(self, kernel):
            super().__init__()
            self.weight, self.bias = nn.Parameter(torch.empty(2, 3, kernel, kernel)), nn.Parameter(torch.empty(3))

        def forward(self, x):
            (height, width), kernel = x.shape[2:], self.weight.shape[-1]
            top, left = before_and_after(2 * height, kernel, 2)[0], before_and_after(2 * width, kernel, 2)[0]
            whole = functional.pad(functional.conv_transpose2d(x, self.weight, stride=2), (0, 2, 0, 2))
            return whole[:, :, top:top + 2 * height, left:left + 2 * width] + self.bias[:, None, None]

    for kernel, stride in ((3, 2), (4, 2), (4, 1)):
        SameConv.stride = stride
        for sides, height, width in (("even", 8, 6), ("odd", 7, 5)):
            case(f"same_{kernel}_stride_{stride}_{sides}", SameConv(kernel, stride), 2, 2, height, width)
    case("same_transpose_3", SameConvTranspose(3), 2, 2, 4, 5)
    case("same_transpose_4", SameConvTranspose(4), 2, 2, 4, 5)

    # What the reference leaves at its default.
    case("leaky_relu_10", nn.LeakyReLU(0.1), 2, 3, 5, 4)
    case("instance_norm_epsilon", nn.InstanceNorm2d(3, eps=0.01), 2, 3, 5, 4)
    case("instance_norm_affine_epsilon", nn.InstanceNorm2d(3, eps=0.01, affine=True), 2, 3, 5, 4)
    case("batch_norm_epsilon", nn.BatchNorm2d(3, eps=0.01), 2, 3, 5, 4)
    return out


def optimiser():
    g = torch.Generator().manual_seed(4)
    p = nn.Parameter(exact(g, 20))
    gradients = exact(g, 3, 20) * 10 ** torch.linspace(-6, 2, 20).float().double()
    gradients = gradients.float().double()
    gradients[:, 0] = 0
    out = {"adam.gradients": gradients, "adam.before": p.clone()}
    adam = torch.optim.Adam([p], lr=2e-4, betas=(0.5, 0.999))
    after = []
    for row in gradients:
        p.grad = row.clone()
        adam.step()
        after.append(p.detach().clone())
    out["adam.after"] = torch.stack(after)

    # The reference's rule, an epoch a step: 4 epochs constant, then 3 to 0.
    epochs, decay = 4, 3
    rate = torch.optim.SGD([p], lr=2e-4)
    rule = torch.optim.lr_scheduler.LambdaLR(rate, lambda epoch: 1 - max(0, epoch + 1 - epochs) / (decay + 1))
    rates = []
    for _ in range(epochs + decay + 1):
        rates.append(rule.get_last_lr()[0])
        rate.step()
        rule.step()
    out["linear_decay.rates"] = torch.tensor(rates, dtype=torch.float64)
    return out


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.set_default_dtype(torch.float64)
    save("networks", networks())
    start, end = training()
    save("training_start", start)
    save("training_end", end)
    save("layers", layers())
    save("optimiser", optimiser())
