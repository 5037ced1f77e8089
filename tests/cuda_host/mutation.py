"""What the scripts of one-line mutants share: a line is broken in a copy of the kernels' folder, only what includes it is
compiled again, and a program of it and of objects that stay is linked."""
import pathlib
import shutil
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = TESTS.parent / "include"
KERNELS = "guise/backend/cuda"
DEVICE = [TESTS / f"cuda_host/device/{name}.cpp" for name in ("executor", "memory", "stream")]
# What no mutant changes, and a quarter of what compiling one takes: compiled once.
UNCHANGED = "".join(f"#include <{name}>\n" for name in (
    "cuda_runtime.h", "guise/backend/concept.hpp", "guise/core/error.hpp", "guise/core/random_crops.hpp", "algorithm",
    "functional", "map", "memory", "mutex", "unordered_map", "vector"))


def run(command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace", **options)


class Build:
    """What is compiled with the same flags, in a folder of its own."""

    def __init__(self, compiler, folder, flags, folders=()):
        self.command, self.folder = [compiler, "-std=c++20", *flags], folder
        self.folders = [TESTS / "cuda_host/device", *folders, INCLUDE, TESTS]
        folder.mkdir(parents=True)
        self.unchanged = folder / "unchanged.hpp"
        self.unchanged.write_text(UNCHANGED)
        self.compiled(self.unchanged, f"{self.unchanged}.gch", ["-O0"], language="c++-header")

    def compiled(self, source, target, flags=("-O1",), includes=(), language="c++"):
        folders = [f"-I{folder}" for folder in (*includes, *self.folders)]
        result = run([*self.command, *flags, *folders, "-x", language, "-c", source, "-o", target])
        if result.returncode:
            sys.exit(f"{source} does not compile:\n{result.stderr}")
        return target

    def program(self, source, includes, objects, target):
        """Of a source of the kernels, which runs but once, and of objects."""
        kernels = self.compiled(includes / KERNELS / source, f"{target}.o", ["-O0", "-include", self.unchanged], [includes])
        linked = run([*self.command, kernels, *objects, "-o", target])
        if linked.returncode:
            sys.exit(linked.stderr)
        return target


def broken_copy(folder, file, change):
    """A folder to include the kernels from, with the text of one file changed."""
    shutil.copytree(INCLUDE / KERNELS, folder / KERNELS)
    path = folder / KERNELS / file
    path.write_text(change(path.read_text()))
    return folder
