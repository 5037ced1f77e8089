#!/usr/bin/env python3
"""Times this library beside PyTorch on a GPU and writes a Markdown table: compare.py BENCHMARK_CUDA [--seconds 5].

Every run is a process of its own; the programs take their turn at a case before the next one starts. Medians in milliseconds;
the ratio is PyTorch's best form over ours, so that above 1 we are faster. A case that a program cannot do (a device
without TF32, too little memory) says why in a word.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

CASES = [f"infer-{size}-1" for size in (256, 512, 1024)] + [f"train-256-{batch}" for batch in (1, 4, 8)]
PRECISIONS = ["float32", "tf32", "bf16"]
FORMS = ["eager", "channels_last", "compiled"]
HERE = pathlib.Path(__file__).resolve().parent


def median(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        print(f"compare: {' '.join(map(str, command))}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return statistics.median(json.loads(done.stdout.splitlines()[-1])["milliseconds"])


def cell(value):
    return "failed" if value is None else f"{value:.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benchmark", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--without-torch", action="store_true")
    options = parser.parse_args()
    forms = [] if options.without_torch else FORMS
    print("| ms, median | precision | guise | guise, not replayed |" + "".join(f" PyTorch {form} |" for form in forms) + " best PyTorch / guise |")
    print("|---|---|---|---|" + "---|" * len(forms) + "---|")
    for case in CASES:
        for precision in PRECISIONS:
            ours = median([options.benchmark, case, precision, options.seconds])
            eager = cell(median([options.benchmark, case.replace("train", "eager"), precision, options.seconds])) if "train" in case else ""
            theirs = [median([sys.executable, HERE / "torch_peer.py", case, precision, form, options.seconds]) for form in forms]
            best = min((t for t in theirs if t is not None), default=None)
            ratio = f"{best / ours:.2f}" if ours and best else ""
            print(f"| {case} | {precision} | {cell(ours)} | {eager} |" + "".join(f" {cell(t)} |" for t in theirs) + f" {ratio} |", flush=True)


if __name__ == "__main__":
    main()
