#!/usr/bin/env python3
"""Compiles the CUDA kernels with nvcc for each architecture; no warning and no spilled register is let pass.

ptxas.py [--architectures 75 80 ...] [--table FILE]   the table of registers, shared memory and stack goes to FILE
ptxas.py --check FILE                                 fails where FILE was written of other kernels by the same nvcc;
                                                      without cuDNN's headers its kernels are left out
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "include/guise/backend/cuda"
ALL = [75, 80, 86, 89, 90, 100]
HOST = "-Wall,-Wextra,-Wno-unknown-pragmas"


def find_nvcc():
    found = os.environ.get("NVCC") or shutil.which("nvcc") or shutil.which("/usr/local/cuda/bin/nvcc")
    return found or sys.exit("no nvcc: expected the CUDA Toolkit's folder bin in PATH or in /usr/local/cuda")


def has_cudnn(nvcc, include):
    headers = [pathlib.Path(nvcc).resolve().parents[1] / "include", pathlib.Path("/usr/include"), *map(pathlib.Path, include)]
    return any((folder / "cudnn.h").exists() for folder in headers)


def compile_one(nvcc, source, architecture, include):
    """{kernel's symbol: (registers, bytes of shared memory, bytes of stack, bytes of spills)}."""
    command = [nvcc, "-std=c++20", "-O3", f"-arch=sm_{architecture}", "-cubin", "-o", "/dev/null", "-Xptxas", "-v", "-Werror",
               "all-warnings", "-Xcompiler", HOST + ",-Werror", "-DGUISE_CUDNN=0", f"-I{ROOT}/include", *(f"-I{i}" for i in include), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{source.name} for sm_{architecture} does not compile:\n{done.stderr}")
    figures, kernel = {}, None
    for line in done.stderr.splitlines():
        if found := re.search(r"Compiling entry function '(\w+)'", line):
            kernel = found[1]
        elif found := re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", line):
            stack, stores, loads = map(int, found.groups())
        elif found := re.search(r"Used (\d+) registers", line):
            shared = re.search(r"(\d+) bytes smem", line)
            figures[kernel] = (int(found[1]), int(shared[1]) if shared else 0, stack, stores + loads)
        elif "warning" in line:
            sys.exit(f"{source.name} for sm_{architecture}: {line}")
    return figures


def readable(symbols):
    """The kernels' names without their arguments' types and the common namespace."""
    lines = subprocess.run(["c++filt"], input="\n".join(symbols), capture_output=True, text=True, check=True).stdout.splitlines()
    names = {}
    for symbol, line in zip(symbols, lines):
        name, depth = re.sub(r"\([\w:]+\)(?=\d)", "", line.removeprefix("void ")), 0  # (guise::cuda::Role)0
        for at, c in enumerate(name):  # up to the arguments
            depth += (c == "<") - (c == ">")
            if c == "(" and depth == 0:
                name = name[:at]
                break
        names[symbol] = name.replace("guise::cuda::", "").replace("guise::", "")
    return names


def table(figures, architectures):
    symbols = sorted({symbol for one in figures.values() for symbol in one})
    names = readable(symbols)
    rows = ["| kernel | " + " | ".join(f"sm_{a}" for a in architectures) + " |", "|---|" + "---|" * len(architectures)]
    for symbol in sorted(symbols, key=names.get):
        cells = []
        for a in architectures:
            registers, shared, stack, _ = figures[a].get(symbol, ("", 0, 0, 0))
            cells.append(f"{registers}" + (f" / {shared:,}" if shared else "") + (f", stack {stack}" if stack else ""))
        rows.append(f"| `{names[symbol]}` | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architectures", type=int, nargs="+", default=ALL, metavar="N")
    parser.add_argument("--include", nargs="*", default=[], help="more folders of headers, such as cuDNN's")
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--check", type=pathlib.Path)
    options = parser.parse_args()
    nvcc = find_nvcc()
    figures = {a: {} for a in options.architectures}
    with_cudnn = has_cudnn(nvcc, options.include)
    for a in options.architectures:
        for source in [FOLDER / "cuda.cu"] + with_cudnn * [FOLDER / "cudnn.cu"]:
            figures[a] |= compile_one(nvcc, source, a, options.include)
    spilled = [f"{readable([k])[k]} for sm_{a}: {f[3]} bytes" for a in figures for k, f in figures[a].items() if f[3]]
    text = table(figures, options.architectures)
    print(text)
    release = re.search(r"release ([\d.]+)", subprocess.run([nvcc, "--version"], capture_output=True, text=True).stdout)[1]
    page = ("# The CUDA kernels\n\nRegisters a thread / bytes of shared memory a block, and bytes of stack a thread, as `ptxas` of "
            f"CUDA {release} says.\nNo kernel spills a register. Written by `tests/cuda/ptxas.py --table docs/cuda_kernels.md`.\n\n{text}\n")
    if options.table:
        options.table.write_text(page)
    if options.check:
        written = options.check.read_text()
        if not with_cudnn:  # its kernels' rows stand as they were
            written = re.sub(r"\| `cudnn::.*\n", "", written)
        if f"CUDA {release} says" not in written:
            print(f"{options.check}: not compared, it is of another nvcc than {release}")
        elif written != page:
            sys.exit(f"{options.check}: expected the table above; write it by --table")
    if spilled:
        sys.exit("spilled registers:\n" + "\n".join(spilled))


if __name__ == "__main__":
    main()
