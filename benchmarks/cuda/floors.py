#!/usr/bin/env python3
"""The least time that a GPU can take: prints a Markdown table for the networks of the paper (nine blocks, 64 wide).

A floor is the longer of two times. Operations: two a multiply-add of every convolution, done directly, at the rate of
the units that the precision allows. Bytes: every convolution reads its input and weights and writes its output once,
a residual's sum reads two tensors and writes one, and Adam reads and writes each parameter's four numbers; all float32,
as guise keeps tensors in every precision. Norms, activations and reflections are taken to be free: they ride along.
"""

# Dense rates of the vendor's datasheets: operations a second (FP32 units, TF32 and bf16 tensor cores), bytes a second.
# The V100's tensor cores know half precision alone, which guise does not compute in.
DEVICES = {
    "V100": {"float32": 15.7e12, "fp16": 125e12, "memory": 900e9},                       # SXM2
    "A100": {"float32": 19.5e12, "tf32": 156e12, "bf16": 312e12, "memory": 2039e9},      # SXM, 80 GB
    "H100": {"float32": 67e12, "tf32": 494.5e12, "bf16": 989.5e12, "memory": 3350e9},    # SXM
}


class Convolution:
    """Multiply-adds and the sizes of what it reads and writes, for one picture."""

    def __init__(self, inputs, side_in, outputs, side_out, kernel, transposed=False):
        self.x = inputs * side_in**2
        self.y = outputs * side_out**2
        self.weights = inputs * outputs * kernel**2
        # A transposed convolution is met from its input's side; its cropped taps are counted, as zeros are.
        self.macs = self.weights * (side_in if transposed else side_out) ** 2


def generator(side, width=64, blocks=9):
    w, half, quarter = width, side // 2, side // 4
    layers = [Convolution(3, side, w, side, 7), Convolution(w, side, 2 * w, half, 3),
              Convolution(2 * w, half, 4 * w, quarter, 3)]
    layers += [Convolution(4 * w, quarter, 4 * w, quarter, 3) for _ in range(2 * blocks)]
    layers += [Convolution(4 * w, quarter, 2 * w, half, 3, True), Convolution(2 * w, half, w, side, 3, True),
               Convolution(w, side, 3, side, 7)]
    return layers, blocks * 3 * 4 * w * quarter**2  # and the numbers moved by the residuals' sums


def discriminator(side, width=64):
    w, s = width, side // 8
    return [Convolution(3, side, w, side // 2, 4), Convolution(w, side // 2, 2 * w, side // 4, 4),
            Convolution(2 * w, side // 4, 4 * w, s, 4), Convolution(4 * w, s, 8 * w, s - 1, 4),
            Convolution(8 * w, s - 1, 1, s - 2, 4)]


def macs(layers):
    return sum(layer.macs for layer in layers)


def moved(layers, batch):  # by one pass of the three: forward, input gradient, weight gradient
    return sum(batch * (layer.x + layer.y) + layer.weights for layer in layers)


def inference(side):
    layers, sums = generator(side)
    return 2 * macs(layers), 4 * (moved(layers, 1) + sums)


def training_step(side, batch):
    """Generators: 6 passes forward, 6 weight and 6 input gradients, the latter without the first layer where the input
    is a picture (4 of 6); discriminators: 6 forward, 4 weight gradients, 6 input gradients, 4 without the first."""
    g, sums = generator(side)
    d = discriminator(side)
    operations = 18 * macs(g) - 4 * macs(g[:1]) + 16 * macs(d) - 4 * macs(d[:1])
    numbers = 18 * moved(g, batch) - 4 * moved(g[:1], batch) + 16 * moved(d, batch) - 4 * moved(d[:1], batch)
    parameters = 2 * sum(layer.weights for layer in g + d)
    return 2 * batch * operations, 4 * (numbers + 12 * batch * sums + 8 * parameters)


def milliseconds(work, device, precision):
    operations, read_and_written = work
    at_rate, at_memory = operations / device[precision] * 1e3, read_and_written / device["memory"] * 1e3
    return f"{max(at_rate, at_memory):.2f}" + (" (memory)" if at_memory > at_rate else "")


def main():
    # What `inspect --size 256` prints, and a training step of one picture.
    assert macs(generator(256)[0]) == 49_551_507_456
    assert macs(discriminator(256)) == 3_146_809_344
    assert training_step(256, 1)[0] == 2 * 939_608_506_368

    columns = [(device, p) for device, rates in DEVICES.items() for p in rates if p != "memory"]
    print("| floor, ms | G operations | GB | " + " | ".join(f"{d} {p}" for d, p in columns) + " |")
    print("|---|---|---|" + "---|" * len(columns))
    cases = [(f"translation, {s}x{s}", inference(s)) for s in (256, 512, 1024)]
    cases += [(f"training step, 256x256, batch {b}", training_step(256, b)) for b in (1, 4, 8)]
    for name, work in cases:
        cells = [milliseconds(work, DEVICES[d], p) for d, p in columns]
        print(f"| {name} | {work[0] / 1e9:,.0f} | {work[1] / 1e9:.2f} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
