#!/usr/bin/env bash
# run.sh [SECONDS [TARGET...]]: builds the fuzz targets and runs each for so long (20) from the committed seeds,
# two at a time; without names, all. A finding is a failure, and is stored in build/fuzz/findings. What is found of interest
# on the way is kept in build/fuzz/corpus, and the next run goes on from there.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-20}
targets=("${@:2}")
if [ ${#targets[@]} -eq 0 ]; then
  targets=(safetensors torch_zip torch_stream checkpoint onnx picture_libraries picture_stb raster)
fi
build=$PWD/build/fuzz
cmake --workflow --preset fuzz

# The torch files of the tests are seeds too.
rm -rf "$build/seeds"
mkdir -p "$build/seeds" "$build/findings"
cp -r tests/fuzz/corpus/* "$build/seeds"
mkdir -p "$build/seeds/torch"
cp tests/golden/torch/*.pth "$build/seeds/torch"
cp tests/golden/optimiser.safetensors "$build/seeds/safetensors"

run() {  # run TARGET: its name without fuzz_ begins with that of its seeds
  local target=$1 kind=${1%%_*} corpus=$build/corpus/$1
  mkdir -p "$corpus"
  # Lines of progress go to a file: what fails is printed whole.
  if ! ASAN_OPTIONS=quarantine_size_mb=8 "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=8192 \
    -timeout=60 -rss_limit_mb=512 -malloc_limit_mb=64 -print_final_stats=1 -dict="tests/fuzz/$kind.dict" \
    -artifact_prefix="$build/findings/$target-" "$corpus" "$build/seeds/$kind" > "$build/$target.log" 2>&1; then
    tail -n 100 "$build/$target.log"
    echo "fuzz_$target: a finding, in build/fuzz/findings"
    return 1
  fi
  echo "fuzz_$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.log") inputs"
}
export -f run
export build seconds
printf '%s\n' "${targets[@]}" |
  xargs -P 2 -I '{}' bash -euo pipefail -c 'run {}'
