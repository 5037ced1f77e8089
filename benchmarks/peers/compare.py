#!/usr/bin/python3
"""Times this library beside PyTorch and ONNX Runtime in one alternating run and writes a Markdown table.

    benchmarks/peers/compare.py build/default/benchmarks/benchmark_networks [--seconds 8] [--rounds 3] [--threads 1 2] [--only train-32]

Debian packages: python3-torch python3-onnx libopenblas0-openmp libtcmalloc-minimal4 npm; the npm package onnxruntime-node is
fetched into --packages. Every run is a process of its own; in a round all programs take their turn at a case before the next one
starts, the order turning from round to round, so that a slow minute of the machine meets all of them. Ratio: our median over the
peer's in the same round; the table has the middle round's and the extremes. Memory is the peak of the whole process, interpreter
and libraries included.
"""
import argparse
import glob
import json
import os
import pathlib
import statistics
import subprocess
import sys

CASES = ["infer-64-9-256-1", "infer-64-6-128-1", "infer-32-6-64-1", "infer-64-9-1024-1",
         "train-64-9-256-1", "train-64-6-128-1", "train-32-6-64-1", "train-32-6-64-8"]
RUNTIME = "onnxruntime-node@1.30.0"
HERE = pathlib.Path(__file__).resolve().parent


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


def called(command, **how):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **how)
    if done.returncode:
        sys.exit(f"compare: {' '.join(map(str, command))} failed: {done.stderr.strip()}")
    return done.stdout


def onnx_runtime(packages, case):
    """The folder with ONNX Runtime and the case's network; ends the program where they cannot be had."""
    packages.mkdir(parents=True, exist_ok=True)
    if not (packages / "node_modules/onnxruntime-node").exists():
        called(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", packages, RUNTIME])
    if not (packages / f"{case}.onnx").exists():
        called(["/usr/bin/python3", HERE / "export_onnx.py", case, packages / f"{case}.onnx"])
    return packages


def measured(command, **how):
    result = json.loads(called(command, **how))
    return {"median": statistics.median(result["milliseconds"]), "peak": result["peak_mib"]}


def described(case):
    kind, width, blocks, size, batch = case.split("-")
    what = f"G({width}, {blocks})" + (f", D({width})" if kind == "train" else "")
    return f"{'training step' if kind == 'train' else 'translation'}, {what}, {size}x{size}, batch {batch}"


def text(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def figure(values):
    return f"{text(statistics.median(values))} ({text(min(values))}-{text(max(values))})"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("networks", help="the program built of benchmarks/networks.cpp")
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--threads", type=int, nargs="+", default=[2, 1])
    options.add_argument("--only", default="", help="cases whose name holds this")
    options.add_argument("--packages", type=pathlib.Path, default=HERE.parents[1] / "build/peers")
    o = options.parse_args()
    print("| case | threads | guise, ms | ONNX Runtime, ms | PyTorch, ms | / ONNX Runtime | / PyTorch | MiB: guise, ONNX Runtime, PyTorch |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for case in (c for c in CASES if o.only in c):
        for threads in o.threads:
            ask = [case, threads, o.seconds]
            programs = {"guise": lambda: measured([o.networks] + ask)}
            if case.startswith("infer"):
                folder = onnx_runtime(o.packages, case)
                programs["onnx"] = lambda: measured(["node", HERE / "onnxruntime_peer.mjs"] + ask, cwd=folder)
            programs["torch"] = lambda: measured(["/usr/bin/python3", HERE / "torch_peer.py"] + ask,
                                                 env=torch_environment(threads))
            runs = {name: [] for name in programs}
            for k in range(o.rounds):
                for name in programs if k % 2 == 0 else reversed(programs):
                    runs[name].append(programs[name]())
            times = lambda name: figure([r["median"] for r in runs[name]]) if name in runs else "-"
            ratio = lambda name: figure([g["median"] / r["median"] for g, r in zip(runs["guise"], runs[name])]
                                        ) if name in runs else "-"
            peaks = ", ".join(str(max(r["peak"] for r in runs[name])) if name in runs else "-"
                              for name in ("guise", "onnx", "torch"))
            print(f"| {described(case)} | {threads} | {times('guise')} | {times('onnx')} | {times('torch')} "
                  f"| {ratio('onnx')} | {ratio('torch')} | {peaks} |", flush=True)


if __name__ == "__main__":
    main()
