#!/usr/bin/python3
"""Times this library beside PyTorch and ONNX Runtime in one alternating run and writes a Markdown table.

    benchmarks/peers/compare.py build/default/benchmarks/networks [--seconds 8] [--rounds 3] [--threads 2 1] [--only train-32]

Debian packages: python3-torch python3-onnx libopenblas0-openmp libtcmalloc-minimal4 npm; the npm package onnxruntime-node is
fetched into --packages. Every run is a process of its own; in a round all programs run a case before the next one
starts, the order turning from round to round, so that a slow minute of the machine meets all of them. A run beside which
other programs took more than a seventh of a core, or before or after which the machine gave less than nine tenths of the
cores that are asked for (a neighbour of a virtual machine is not seen otherwise), is done again, up to --patience times, and
the least disturbed counts.

Every round is appended to --results (JSON, a line each), so that a long comparison can be made in pieces; the table is of all
that the file holds: the middle of the rounds' medians (and the extremes). Ratio: our median over the peer's in the same round.
Memory is the peak of the whole process, interpreter and libraries included.
"""
import argparse
import glob
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

CASES = ["infer-64-9-256-1", "infer-64-6-128-1", "infer-32-6-64-1", "infer-64-9-1024-1", "infer-16-s9-256-1",
         "train-64-9-256-1", "train-64-6-128-1", "train-32-6-64-1", "train-32-6-64-8",
         "infer-64-u256-256-1", "infer-64-9-256-1-norm", "infer-128-6-128-1",
         "train-64-u256-256-1", "train-64-6-128-1-norm", "train-128-6-128-1"]
RUNTIME = "onnxruntime-node@1.30.0"
HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build/peers"


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


def programs(o, case, threads):
    """What runs for a case: name -> (command, what subprocess.run is told besides)."""
    ask = [case, threads, o.seconds]
    which = {"guise": ([o.networks] + ask, {})}
    if threads == 1:  # the backend in Eigen's expressions
        which["eigen"] = ([o.networks] + ask + ["eigen"], {})
    if case.startswith("infer"):
        which["onnx"] = (["node", HERE / "onnxruntime_peer.mjs"] + ask, {"cwd": onnx_runtime(o.packages, case)})
    which["torch"] = (["/usr/bin/python3", HERE / "torch_peer.py"] + ask, {"env": torch_environment(threads)})
    return {name: what for name, what in which.items() if name in o.programs}


def seconds_of_processors():
    """All processors' busy seconds so far, and those of our own finished children."""
    ticks = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK"), own.ru_utime + own.ru_stime


def spun(processes, seconds=0.15):
    """How often processes of one loop each go round."""
    readers = []
    for _ in range(processes):
        reader, writer = os.pipe()
        if os.fork() == 0:
            end, rounds = time.monotonic() + seconds, 0
            while time.monotonic() < end:
                rounds += 1
            os.write(writer, str(rounds).encode())
            os._exit(0)
        os.close(writer)
        readers.append(reader)
    total = sum(int(os.read(reader, 32)) for reader in readers)
    for reader in readers:
        os.wait(), os.close(reader)
    return total


def share_of_cores(threads):
    return spun(threads) / spun(1) / threads


def measured(command, how, threads, patience):
    best = None
    for _ in range(patience + 1):
        share = share_of_cores(threads)
        (all_before, own_before), start = seconds_of_processors(), time.monotonic()
        result = json.loads(called(command, **how))
        all_after, own_after = seconds_of_processors()
        others = (all_after - all_before - own_after + own_before) / (time.monotonic() - start)
        share = min(share, share_of_cores(threads))
        run = {"median": statistics.median(result["milliseconds"]), "peak": result["peak_mib"],
               "others": round(others, 3), "share": round(share, 3)}
        best = max(best or run, run, key=lambda r: r["share"] - r["others"])
        if others <= 0.15 and share >= 0.9:
            break
    return best


def measure(o):
    for case in (c for c in CASES if o.only in c):
        for threads in o.threads:
            which = programs(o, case, threads)
            for k in range(o.rounds):
                order = list(which) if k % 2 == 0 else list(reversed(which))
                runs = {name: measured(*which[name], threads, o.patience) for name in order}
                with open(o.results, "a") as file:
                    print(json.dumps({"case": case, "threads": threads, "runs": runs}), file=file)


def described(case):
    kind, width, net, size, batch, *norm = case.split("-")
    generator = (f"U-Net of {net[1:]} ({width})" if net.startswith("u") else
                 f"student({width}, {net[1:]})" if net.startswith("s") else f"G({width}, {net})")
    what = generator + (", batch norm" if norm else "") + (f", D({width})" if kind == "train" else "")
    return f"{'training step' if kind == 'train' else 'translation'}, {what}, {size}x{size}, batch {batch}"


def text(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def figure(values):
    middle = text(statistics.median(values))
    return middle if len(values) == 1 else f"{middle} ({text(min(values))}-{text(max(values))})"


def print_table(results):
    rounds = [json.loads(line) for line in open(results)]
    print("| case | threads | guise, ms | its Eigen backend, ms | ONNX Runtime, ms | PyTorch, ms | / ONNX Runtime | / PyTorch | MiB: guise, ONNX Runtime, PyTorch |")
    print("|---|---|---|---|---|---|---|---|---|")
    for case, threads in sorted({(r["case"], r["threads"]) for r in rounds},
                                key=lambda row: (CASES.index(row[0]), -row[1])):
        runs = [r["runs"] for r in rounds if (r["case"], r["threads"]) == (case, threads)]
        for_all = lambda name, value: value() if all(name in r for r in runs) else "-"
        times = lambda name: for_all(name, lambda: figure([r[name]["median"] for r in runs]))
        ratio = lambda name: for_all(name, lambda: figure([r["guise"]["median"] / r[name]["median"] for r in runs]))
        peaks = ", ".join(for_all(name, lambda: str(max(r[name]["peak"] for r in runs)))
                          for name in ("guise", "onnx", "torch"))
        print(f"| {described(case)} | {threads} | {times('guise')} | {times('eigen')} | {times('onnx')} | {times('torch')} "
              f"| {ratio('onnx')} | {ratio('torch')} | {peaks} |")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("networks", help="the program built of benchmarks/networks.cpp")
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--rounds", type=int, default=3, help="0: only the table of what was measured")
    options.add_argument("--threads", type=int, nargs="+", default=[2, 1])
    options.add_argument("--only", default="", help="cases whose name holds this")
    options.add_argument("--programs", nargs="+", default=["guise", "onnx", "torch"],
                         help="of guise, eigen (guise's backend in Eigen's expressions, one thread), onnx, torch")
    options.add_argument("--patience", type=int, default=2)
    options.add_argument("--packages", type=pathlib.Path, default=BUILD)
    options.add_argument("--results", type=pathlib.Path, default=BUILD / "results.jsonl")
    o = options.parse_args()
    o.results.parent.mkdir(parents=True, exist_ok=True)
    measure(o)
    print_table(o.results)


if __name__ == "__main__":
    main()
