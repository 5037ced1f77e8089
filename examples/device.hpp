// `--device cpu`, `eigen`, `cuda` or `cuda:N`, `--precision` and `--threads`: the backend that a program computes
// with, chosen when it runs.
#pragma once
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/eigen/eigen_cpu.hpp>
#include <guise/core/error.hpp>

#include <CLI/CLI.hpp>

#include <charconv>
#include <string>

inline constexpr bool built_with_cuda = GUISE_CUDA;

struct DeviceOptions {
  std::string name = "cpu", precision = "float32";
  int threads = 0;

  void add_to(CLI::App& app) {
    app.add_option("--device", name, "cpu, eigen (the readable backend, one thread), cuda or cuda:N")
        ->capture_default_str();
    app.add_option("--precision", precision, "of convolutions on a cuda device: float32, tf32 or bf16")
        ->check(CLI::IsMember({"float32", "tf32", "bf16"}))
        ->capture_default_str();
    app.add_option("--threads", threads, "of the cpu; 0: one for every core")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
  }
};

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

// The cpu with so many threads; 0: one for every core.
inline guise::Cpu cpu_of(int threads) try {
  return threads ? guise::Cpu(threads) : guise::Cpu();
} catch (const guise::Error& error) {
  throw guise::Error("--threads " + std::to_string(threads) + ": " + error.what());
}

// f(backend)
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
