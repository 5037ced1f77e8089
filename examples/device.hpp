// `--device cpu`, `cuda` or `cuda:N`: the backend that a program computes with, chosen when it runs.
#pragma once
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/core/error.hpp>

#include <charconv>
#include <string>

inline constexpr bool built_with_cuda = GUISE_CUDA;

// N of cuda:N; throws guise::Error for what is no device's name.
inline int cuda_index(const std::string& name) {
  int index = 0;
  if (name == "cuda") return index;
  const char* const end = name.data() + name.size();
  if (name.starts_with("cuda:"))
    if (const auto [rest, error] = std::from_chars(name.data() + 5, end, index);
        error == std::errc() && rest == end && index >= 0)
      return index;
  throw guise::Error("--device " + name + ": expected cpu, cuda or cuda:N");
}

// f(backend)
template <class F> auto with_device(const std::string& name, int threads, F f) {
  using namespace guise;
  if (name == "cpu") return f(threads ? Cpu(threads) : Cpu());
  const int index = cuda_index(name);
  if constexpr (built_with_cuda)
    return f(Cuda(index));
  else
    throw Error("--device cuda:" + std::to_string(index) +
                ": this build has no CUDA, expected one that was configured with GUISE_CUDA=ON");
}
