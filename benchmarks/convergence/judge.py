#!/usr/bin/env python3
"""How well a training's unpaired scores order its networks, judged by pairs that the rule never sees.

    judge.py --evaluate build/default/examples/evaluate --training checkpoints/faces --dataroot faces [--direction BtoA]

The training is one with --save_epoch_freq 1 (or another), and testA and testB of DATAROOT hold pairs, by their names. Each
EPOCH_net_G_A or EPOCH_net_G_B is evaluated once. Printed are, for every score, Spearman's rank correlation with the mean
absolute error of the pairs (1: the same order; of precision, recall and share, where more is better, with its negative),
and the error of the epoch that the score chooses over that of the best epoch (1: none is better). `latest` is what
--epoch latest would take, and `rule` that of train/convergence.hpp on one direction: the latest within an error of the lowest.
"""
import argparse
import json
import pathlib
import re
import subprocess

MORE_IS_BETTER = {"precision", "recall", "share"}
SCORES = ["overall", "swd", "swd_classifier", "swd_random", "kid", "precision", "recall", "share"]


def ranks(values):
    """Of equal values the mean of their ranks."""
    order = sorted(values)
    return [order.index(v) + (order.count(v) - 1) / 2 for v in values]


def correlation(x, y):
    mx, my = sum(x) / len(x), sum(y) / len(y)
    top = sum((a - mx) * (b - my) for a, b in zip(x, y))
    below = (sum((a - mx) ** 2 for a in x) * sum((b - my) ** 2 for b in y)) ** 0.5
    return top / below if below else float("nan")


def spearman(x, y):
    return correlation(ranks(x), ranks(y))


def rule(values, errors):
    """The position of the network that is kept; each score is seen once, in order."""
    lowest = kept = None
    for k, (value, error) in enumerate(zip(values, errors)):
        if lowest is None or value < lowest[0]:
            lowest = value, error
        if value <= sum(lowest):
            kept = k
    return kept


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("evaluate", "training", "dataroot"):
        options.add_argument("--" + name, required=True)
    options.add_argument("--direction", default="AtoB", choices=["AtoB", "BtoA"])
    options.add_argument("--load_size", default="0")
    o = options.parse_args()
    network = "_net_G_A" if o.direction == "AtoB" else "_net_G_B"
    epochs = sorted(int(match[1]) for path in pathlib.Path(o.training).iterdir()
                    if (match := re.fullmatch(r"(\d+)" + network + r"\.safetensors", path.name)))
    if len(epochs) < 3:
        raise SystemExit(f"{o.training}: expected networks of at least three epochs, found {len(epochs)}")
    rows = []
    for epoch in epochs:
        answer = subprocess.run([o.evaluate, "--json", "--pairs", "--weights", o.training, "--epoch", str(epoch), "--dataroot",
                                 o.dataroot, "--direction", o.direction, "--load_size", o.load_size],
                                check=True, capture_output=True, text=True).stdout
        rows.append(json.loads(answer)["translated"])
        print(f"epoch {epoch}: mae {rows[-1]['mae']:.4f}, overall {rows[-1]['overall']:.4f}", flush=True)
    errors = [row["mae"] for row in rows]

    def report(name, order, chosen):
        print(f"{name:15}{order:>9}{epochs[chosen]:>8}{errors[chosen] / min(errors):>9.3f}")

    print(f"\n{'score':15}{'Spearman':>9}{'chosen':>8}{'error':>9}")
    for name in SCORES:
        values = [(-1 if name in MORE_IS_BETTER else 1) * row[name] for row in rows]
        report(name, f"{spearman(values, errors):.2f}", values.index(min(values)))
    report("rule", "", rule([row["overall"] for row in rows], [row["overall_error"] for row in rows]))
    report("latest", "", len(epochs) - 1)


if __name__ == "__main__":
    main()
