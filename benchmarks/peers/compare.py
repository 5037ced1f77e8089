#!/usr/bin/python3
"""Times this library beside PyTorch in one alternating run and writes a Markdown table.

    benchmarks/peers/compare.py build/bin/benchmark_networks [--seconds 8] [--rounds 3] [--threads 1 2] [--only train-32]

Debian packages: python3-torch libopenblas0-openmp libtcmalloc-minimal4. Every run is a process of its own; in a round all
programs take their turn at a case before the next one starts, the order turning from round to round, so that a slow minute of
the machine meets all of them. Ratio: PyTorch's median over ours in the same round; the table has the middle round's and the
extremes. Memory is the peak of the whole process, interpreter and libraries included.
"""
import argparse
import glob
import json
import os
import pathlib
import statistics
import subprocess
import sys

CASES = ["train-32-6-64-1", "train-32-6-64-8", "train-64-6-128-1", "train-64-9-256-1",
         "infer-32-6-64-1", "infer-64-6-128-1", "infer-64-9-256-1"]


def found(pattern):
    paths = glob.glob(pattern)
    return paths[0] if paths else ""


def torch_environment(threads):
    """PyTorch at its best: one OpenMP for all of it, a short spin, an allocator that keeps its pages."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), GOMP_SPINCOUNT="1000")
    blas, malloc = found("/usr/lib/*/openblas-openmp"), found("/usr/lib/*/libtcmalloc_minimal.so.4")
    for name, path, package in (("LD_LIBRARY_PATH", blas, "libopenblas0-openmp"),
                                ("LD_PRELOAD", malloc, "libtcmalloc-minimal4")):
        if path:
            environment[name] = path
        else:
            print(f"compare: {package} is not installed: PyTorch is slower than it could be", file=sys.stderr)
    return environment


def run(command, environment=None):
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"compare: {' '.join(command)} failed: {done.stderr.strip()}")
    result = json.loads(done.stdout)
    return {"median": statistics.median(result["milliseconds"]), "peak": result["peak_mib"]}


def described(case):
    kind, width, blocks, size, batch = case.split("-")
    what = f"G({width}, {blocks})" + (f", D({width})" if kind == "train" else "")
    return f"{'training step' if kind == 'train' else 'translation'}, {what}, {size}x{size}, batch {batch}"


def figure(values):
    text = lambda v: f"{v:.0f}" if v >= 100 else f"{v:.1f}" if v >= 10 else f"{v:.2f}"
    return f"{text(statistics.median(values))} ({text(min(values))}-{text(max(values))})"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("networks", help="the program built of benchmarks/networks.cpp")
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    options.add_argument("--only", default="", help="cases whose name holds this")
    o = options.parse_args()
    peer = str(pathlib.Path(__file__).resolve().parent / "torch_peer.py")
    print("| case | threads | guise, ms | PyTorch, ms | PyTorch / guise | guise, MiB | PyTorch, MiB |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for case in (c for c in CASES if o.only in c):
        for threads in o.threads:
            ours, theirs = [], []
            ask = [str(threads), str(o.seconds)]
            turns = [lambda: ours.append(run([o.networks, case] + ask)),
                     lambda: theirs.append(run(["/usr/bin/python3", peer, case] + ask, torch_environment(threads)))]
            for k in range(o.rounds):
                for turn in turns if k % 2 == 0 else reversed(turns):
                    turn()
            ratios = [t["median"] / g["median"] for g, t in zip(ours, theirs)]
            medians = lambda runs: figure([r["median"] for r in runs])
            peak = lambda runs: max(r["peak"] for r in runs)
            print(f"| {described(case)} | {threads} | {medians(ours)} | {medians(theirs)} | {figure(ratios)} "
                  f"| {peak(ours)} | {peak(theirs)} |", flush=True)


if __name__ == "__main__":
    main()
