#!/bin/sh
# Makes one picture of the result of each stage of a face swap, of a portrait (NASA, public domain); examples/stages.cpp
# tells its rows.
#
#   stages.sh OUTPUT [options of stages, such as --weights FILE --size 64]
#
# Run after cmake --workflow --preset examples.
set -eu

fail() { echo "stages.sh: $*" >&2; exit 1; }
[ $# -ge 1 ] || fail "usage: stages.sh OUTPUT [options]"
output=$1
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
program=$root/build/examples/examples/stages
[ -x "$program" ] || program=$root/build/default/examples/stages
[ -x "$program" ] || fail "no program in $program: run cmake --workflow --preset examples"
"$root/examples/faces/fetch.sh" --pictures "$root/build/faces"
"$program" --detector "$root/build/faces/back.onnx" --input "$root/build/faces/pictures/astronaut.png" \
  --output "$output" "$@"
