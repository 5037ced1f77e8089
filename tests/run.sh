#!/usr/bin/env bash
# run.sh [--all]: installs what is missing, builds, and runs the tests: about nine minutes on two cores, twelve where
# CUDA and OpenCV are installed too.
# --all adds what takes long: the other compiler with sanitizers, the format check and the long tests.
set -euo pipefail
cd "$(dirname "$0")/.."

all=false
case "${1-}" in
  --all) all=true ;;
  "") ;;
  *) echo "usage: tests/run.sh [--all]" >&2; exit 2 ;;
esac

packages=(cmake ninja-build g++ libeigen3-dev libxtensor-dev libstb-dev nlohmann-json3-dev libcli11-dev
  doctest-dev libpng-dev libjpeg-dev libwebp-dev libtiff-dev)
if $all; then
  packages+=(clang-16 libclang-rt-16-dev clang-format-14 python3-onnx python3-opencv libopencv-dev chromium
    python3-pil python3-numpy libtiff-tools webp)
  if ! command -v npm > /dev/null; then packages+=(npm ca-certificates); fi
fi
cmake/install_packages.sh "${packages[@]}"
if $all; then
  export GUISE_ALL_TESTS=1  # what is fetched here must be there when a test looks for it
  # who reads exported networks
  export GUISE_NODE_MODULES=$PWD/build/peers
  mkdir -p "$GUISE_NODE_MODULES"
  npm install --ignore-scripts --no-audit --no-fund --prefix "$GUISE_NODE_MODULES" onnxruntime-node@1.30.0
  examples/faces/fetch.sh --pictures build/faces  # for the bar on photographs
  examples/emoji/fetch.sh build/emoji  # what the demo trains on
  examples/data/make.sh avatars  # what these two data sets are made of; the others take 190 MB
  examples/data/make.sh emoji3d
fi

step() {  # step NAME COMMAND...
  local start=$SECONDS
  echo "== $1"
  "${@:2}"
  echo "== $1: done in $((SECONDS - start)) s"
}
jobs=$(nproc)
export CTEST_PARALLEL_LEVEL=$jobs

step "default" cmake --workflow --preset default
if $all; then
  step "what long tests need" cmake --build --preset default --target long_tests
  step "long tests" ctest --test-dir build/default --label-regex long --output-on-failure --no-tests=ignore
  step "clang with sanitizers" cmake --workflow --preset sanitize
  step "any processor" cmake --workflow --preset portable
  step "hostile files" tests/fuzz/run.sh 6
  echo "everything passed"
fi
