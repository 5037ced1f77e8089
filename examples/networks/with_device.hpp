// f(backend) for the backend that `--device`, `--precision` and `--threads` name. Only this folder includes the
// backends. Throws guise::Error for what is no device's name and for what a device does not have.
#pragma once
#include "../device.hpp"
#include "cpu_of.hpp"
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/eigen/eigen_cpu.hpp>
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
  throw guise::Error("--device " + name + ": expected cpu, eigen, cuda or cuda:N");
}

template <class F> auto with_device(const DeviceOptions& options, F f) {
  using namespace guise;
  if (options.name == "cpu" || options.name == "eigen") {
    if (options.precision != "float32")
      throw Error("--precision " + options.precision +
                  ": expected --device cuda, for a CPU has float32 alone");
    if (options.name == "eigen") return f(EigenCpu<float>());
    return f(cpu_of(options.threads));
  }
  const int index = cuda_index(options.name);
  if constexpr (built_with_cuda)
    return f(Cuda(index, cuda::precision_named(options.precision)));
  else
    throw Error("--device cuda:" + std::to_string(index) +
                ": this build has no CUDA, expected one that was configured with GUISE_CUDA=ON");
}
