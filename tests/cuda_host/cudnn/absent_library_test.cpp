// What a program says where cuDNN is not installed: it runs until a GPU is to multiply.
#include <guise/backend/cuda/cudnn_descriptor.cuh>

#include <doctest/doctest.h>

extern "C" void* dlopen(const char*, int) { return nullptr; }  // in place of the system's

TEST_CASE("without cuDNN its first call says which version was expected where") {
  for (int call = 0; call < 2; ++call) {
    cudnnHandle_t handle = nullptr;
    CHECK_THROWS_WITH_AS(cudnnCreate(&handle), doctest::Contains("cannot be loaded: expected cuDNN "),
                         guise::Error);
    CHECK_THROWS_AS(guise::cuda::cudnn::Descriptor{CUDNN_BACKEND_TENSOR_DESCRIPTOR}, guise::Error);
  }
}
