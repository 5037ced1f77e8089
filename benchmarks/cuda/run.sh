#!/usr/bin/env bash
# run.sh [REPORT.md]: all that a machine with an NVIDIA GPU is needed for. Builds, runs the tests on the device, those of
# our own kernels also without cuDNN and under compute-sanitizer, times translation and training beside PyTorch, and writes one report, build/cuda/report.md if
# not named. Needs the CUDA Toolkit, and the packages of tests/run.sh; cuDNN and PyTorch where they are to be measured.
set -euo pipefail
cd "$(dirname "$0")/../.."
report=$(realpath -m "${1:-build/cuda/report.md}")

fail() {
  echo "$1" >&2
  exit 1
}
device=$(nvidia-smi --query-gpu=name,compute_cap,memory.total,driver_version --format=csv,noheader 2> /dev/null | head -n 1) || true
[[ -n $device ]] || fail "no CUDA device: expected an NVIDIA GPU and its driver"
nvcc=$(command -v nvcc || command -v /usr/local/cuda/bin/nvcc) || fail "no nvcc: expected the CUDA Toolkit"
sanitizer=$(command -v compute-sanitizer || command -v "$(dirname "$nvcc")/compute-sanitizer") ||
  fail "no compute-sanitizer: expected the whole CUDA Toolkit"

step() {  # step NAME COMMAND...: its line in the report; goes on after a failure
  echo "== $1"
  local verdict=passed
  "${@:2}" || verdict="**failed**"
  echo "| $1 | $verdict |" >> "$report"
  [[ $verdict == passed ]] || failed=true
}
failed=false

configure() {  # configure FOLDER OPTION...
  cmake -S . -B "$1" -G Ninja -DCMAKE_BUILD_TYPE=Release -DGUISE_CUDA=ON -DGUISE_TEST_ON_DEVICE=ON \
    -DCMAKE_CUDA_COMPILER="$nvcc" -DGUISE_CUDA_ARCHITECTURES=native "${@:2}"
}
configure build/cuda
cmake --build build/cuda --target all benchmark_networks_cuda
own=build/cuda_own  # a library that does the convolutions would leave our own without a test
configure $own -DGUISE_CUDNN=OFF -DGUISE_BUILD_EXAMPLES=OFF -DGUISE_BUILD_BENCHMARKS=OFF
cmake --build $own --target test_backend test_cuda_kernels test_cuda_networks

mkdir -p "$(dirname "$report")"
cudnn=$(sed -n 's/^GUISE_CUDNN:BOOL=ON$/ON/p' build/cuda/CMakeCache.txt)
{
  echo "# guise on $device"
  echo
  echo "$("$nvcc" --version | tail -n 2 | head -n 1), cuDNN ${cudnn:-OFF}, $(git describe --always --dirty 2> /dev/null || true)"
  echo
  echo "| check | |"
  echo "|---|---|"
} > "$report"
step "all tests; kernels, operations and networks on the device" \
  ctest --test-dir build/cuda --output-on-failure --label-exclude '^(long|compile)$'
step "kernels, operations and networks without cuDNN" \
  ctest --test-dir $own --output-on-failure --no-tests=error --tests-regex '^(backend|cuda_kernels|cuda_networks)$'

# The programs, on pictures that are here: what matters is that they run, in each precision that there is.
pictures=build/cuda/pictures
mkdir -p $pictures/train{A,B} $pictures/test{A,B}
cp docs/emoji.png $pictures/trainA/ && cp docs/stages.jpg $pictures/trainB/
cp docs/emoji.png $pictures/testA/ && cp docs/emoji.png $pictures/testB/
for precision in float32 ${cudnn:+tf32 bf16}; do
  on=(--device cuda --precision "$precision")
  folder=build/cuda/checkpoints/$precision
  programs() {
    build/cuda/examples/train --dataroot $pictures --name "$precision" --checkpoints_dir build/cuda/checkpoints \
      --load_size 286 --n_epochs 100 --n_epochs_decay 100 --save_epoch_freq 1000 "${on[@]}" &&
      build/cuda/examples/translate --weights "$folder/latest_net_G_A.safetensors" --input $pictures/testA \
        --output "$folder/translated" "${on[@]}" &&
      build/cuda/examples/evaluate --weights "$folder/latest_net_G_A.safetensors" --dataroot $pictures "${on[@]}"
  }
  step "train 200 steps, translate, evaluate: $precision" programs
done
for tool in memcheck racecheck; do
  for tests in cuda/test_cuda_kernels test_backend; do
    step "compute-sanitizer $tool, $(basename $tests)" \
      "$sanitizer" --tool $tool --error-exitcode 1 $own/tests/$tests --test-suite-exclude=long
  done
done

torch=()
python3 -c 'import torch; assert torch.cuda.is_available()' 2> /dev/null || torch=(--without-torch)
{
  echo
  benchmarks/cuda/compare.py build/cuda/benchmarks/networks_cuda "${torch[@]}"
  echo
  benchmarks/cuda/floors.py
} | tee -a "$report"
echo "written: $report"
! $failed
