#!/bin/sh
# build.sh SOURCE FOLDER NVCC: compiles and links in FOLDER what benchmarks/cuda/run.sh builds on a machine that has a
# GPU, without cuDNN, where this machine may have none. The benchmark then says in one line what is missing.
set -eu
cmake -S "$1" -B "$2" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DGUISE_CUDA=ON \
  -DGUISE_CUDNN=OFF -DGUISE_TEST_ON_DEVICE=ON -DGUISE_WARNINGS_AS_ERRORS=ON -DGUISE_BUILD_EXAMPLES=OFF \
  -DGUISE_CUDA_ARCHITECTURES=75 -DCMAKE_CUDA_COMPILER="$3"
cmake --build "$2" --target test_backend test_cuda_kernels test_cuda_networks benchmark_networks_cuda
if said=$("$2/benchmarks/networks_cuda" infer-64-1 float32 0.1 2>&1); then
  exit 0  # there is a device
fi
echo "$said"
[ "$(echo "$said" | wc -l)" = 1 ]
echo "$said" | grep -q -e "^no CUDA device" -e "^a CUDA driver"
