#!/usr/bin/env bash
# run.sh [COMPILER]: seconds to compile a program that includes guise/guise.hpp and steps a CycleGAN of nine
# blocks, with -O2: three times the processor's and the wall's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
object=$(mktemp)
trap 'rm -f "$object"' EXIT
TIMEFORMAT='%U s of the processor, %R s in all'
for _ in 1 2 3; do
  time "${1:-g++}" -std=c++20 -O2 "-I$here/../../include" -c "$here/program.cpp" -o "$object"
done
