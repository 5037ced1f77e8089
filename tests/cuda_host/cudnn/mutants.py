#!/usr/bin/env python3
"""mutants.py COMPILER FOLDER [WORD...]: breaks one line of cuDNN's part at a time; test_cudnn's cases must notice.

Under AddressSanitizer and UndefinedBehaviorSanitizer. Fails if a mutant survives or if a line to break is not there.
With words: only mutants that are called by one.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from mutation import DEVICE, INCLUDE, TESTS, Build, broken_copy, run

MUTANTS = [  # what, file, old, new
    ("weights packed with their sides swapped", "cudnn_tensors.cuh", "(o * inputs + i) * taps + tap", "(i * taps + tap) * o + i"),
    ("a gradient that is not added", "cudnn_tensors.cuh", "] += load(", "] = load("),
    ("one number too few converted", "cudnn_tensors.cuh", "if (k < n) store(load(x[k]), y[k]);", "if (k + 1 < n) store(load(x[k]), y[k]);"),
    ("packing past the end", "cudnn_tensors.cuh", "if (k < n) store(w[", "if (k <= n) store(w["),
    ("bfloat16 cut off", "cudnn_tensors.cuh", "bits + 0x7fffu + (bits >> 16 & 1u)", "bits"),
    ("bfloat16 ties away from even", "cudnn_tensors.cuh", "0x7fffu + (bits >> 16 & 1u)", "0x8000u"),
    ("chance is let pass", "cudnn_plan.cuh", "notes[k] == CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC ||", ""),
    ("inputs in less are let pass", "cudnn_plan.cuh", "notes[k] == CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS ||", ""),
    ("sums in less are let pass", "cudnn_plan.cuh", "|| notes[k] == CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION", ""),
    ("tensor cores for float32", "cudnn_plan.cuh", "&& precision == Precision::float32) return false", "&& false) return false"),
    ("no fallback", "cudnn_plan.cuh", "{CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}", "{CUDNN_HEUR_MODE_A}"),
    ("any workspace", "cudnn_plan.cuh", "if (workspace > most_workspace) continue;", ""),
    ("proposals that were not given", "cudnn_plan.cuh", "found.erase(found.begin() + count, found.end());", "(void)count;"),
    ("one-sided padding where both will do", "cudnn_plan.cuh", "{before, (out - 1) * stride", "{(out - 1) * stride"),
    ("no padding after", "cudnn_plan.cuh", "{before, (out - 1) * stride + kernel - size - before, 0}", "{before, 0}"),
    ("rows and columns swapped", "cudnn_plan.cuh", "{g.pad_top, g.pad_left}", "{g.pad_left, g.pad_top}"),
    ("another layout", "cudnn_plan.cuh", "{h * w * c, 1, w * c, c}", "{h * w * c, h * w, w, 1}"),
    ("added to", "cudnn_plan.cuh", "CUDNN_TYPE_FLOAT, 0.f", "CUDNN_TYPE_FLOAT, 1.f"),
    ("parts of the plan die", "cudnn_plan.cuh", "      made_of.push_back(std::move(graph));\n", ""),
    ("a plan for all precisions", "cudnn.cu", "int(precision), ", "0, "),
    ("a plan each time", "cudnn.cu", "if (found != plans_.end()) return found->second;", "if (found != plans_.end()) plans_.erase(found);"),
    ("no stream", "cudnn.cu", "check(cudnnSetStream(handle_, stream), \"a stream\");", "check(cudnnSetStream(handle_, nullptr), \"a stream\");"),
    ("no room", "cudnn.cu", "workspace(context, std::size_t(plan.workspace))", "workspace(context, 0)"),
    ("too little room", "cudnn.cu", "workspace(context, std::size_t(plan.workspace))", "workspace(context, std::size_t(plan.workspace) / 2)"),
    ("too little room for weights", "cudnn.cu", "packed(context, size_w * sizeof(T)", "packed(context, size_w / 2 * sizeof(T)"),
    ("room that is not given back", "cudnn.cu", "if (at_) context_.give(at_);", "if (at_) (void)context_;"),
    ("addresses are not looked at", "cudnn.cu", "!cudnn::aligned(a) ||", ""),
    ("the output's address is not looked at", "cudnn.cu", "!cudnn::aligned(role == Role::dw ? b : out)", "false"),
    ("bfloat16 is float32", "cudnn.cu", "precision == Precision::bf16 ?", "false ?"),
    ("another device's handle", "cudnn.cu", "context.stream();  // a handle", "// a handle"),
    ("dy is not converted", "cudnn.cu", "if (role != Role::y) convert(", "if (role == Role::dw) convert("),
]
COMPILER, FOLDER, WORDS = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
MUTANTS = [mutant for mutant in MUTANTS if not WORDS or any(word in mutant[0] for word in WORDS)]
FLAGS = ["-g1", "-pthread", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def passes(folder, includes):
    program = BUILD.program("cudnn.cu", includes, OBJECTS, folder / "test")
    return run([program, "--abort-after=1"], timeout=300).returncode == 0


def survives(k):
    what, file, old, new = MUTANTS[k]

    def broken(text):
        pattern = r"\s+".join(re.escape(word) for word in old.split())  # however the lines are broken
        text, count = re.subn(pattern, lambda _: new, text)
        if count != 1:
            sys.exit(f"{what}: expected the line once in {file}, found it {count} times: {old}")
        return text

    folder = broken_copy(FOLDER / f"mutant_{k}", file, broken)
    alive = passes(folder, folder)
    shutil.rmtree(folder)
    return alive


shutil.rmtree(FOLDER, ignore_errors=True)
BUILD = Build(COMPILER, FOLDER, FLAGS, [HERE / "own_header", HERE])
SOURCES = [TESTS / "main.cpp", HERE / "library_product_test.cpp", *HERE.glob("stand_in*.cpp"), *DEVICE]
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    OBJECTS = list(pool.map(lambda s: BUILD.compiled(s, FOLDER / f"{s.stem}.o"), SOURCES))
    if not passes(FOLDER, INCLUDE):
        sys.exit("the tests fail as they are")
    survivors = []
    for (what, *_), alive in zip(MUTANTS, pool.map(survives, range(len(MUTANTS)))):
        print(f"{what:45} {'SURVIVES' if alive else 'caught'}", flush=True)
        survivors += [what] * alive
print(f"{len(MUTANTS) - len(survivors)} of {len(MUTANTS)} mutants caught")
sys.exit(bool(survivors))
