#!/bin/sh
# format.sh [CLANG_FORMAT]: passes when every source is formatted as .clang-format says (clang-format 14).
set -eu
cd "$(dirname "$0")/.."
find include tests examples benchmarks \( -name '*.hpp' -o -name '*.cpp' -o -name '*.cuh' -o -name '*.cu' -o -name '*.h' \) -print0 |
  xargs -0 "${1:-clang-format-14}" --dry-run -Werror
