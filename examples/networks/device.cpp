#include "cpu_of.hpp"
#include "with_device.hpp"
#include <guise/core/error.hpp>

#include <charconv>
#include <memory>
#include <string>
#include <utility>

using namespace guise;

namespace {

// N of cuda:N; throws Error for what is no device's name.
int cuda_index(const std::string& name) {
  int index = 0;
  if (name == "cuda") return index;
  const char* const end = name.data() + name.size();
  if (name.starts_with("cuda:"))
    if (const auto [rest, error] = std::from_chars(name.data() + 5, end, index);
        error == std::errc() && rest == end && index >= 0)
      return index;
  throw Error("--device " + name + ": expected cpu, eigen, cuda or cuda:N");
}

// Its type is said, so that what a build does not have is not looked into.
template <class Backend> ChosenDevice made(Backend backend) {
  return std::make_shared<const Device>(Device{std::move(backend)});
}

}  // namespace

ChosenDevice device_of(const DeviceOptions& options) {
  if (options.name == "cpu" || options.name == "eigen") {
    if (options.precision != "float32")
      throw Error("--precision " + options.precision +
                  ": expected --device cuda, for a CPU has float32 alone");
    return options.name == "eigen" ? made(EigenCpu<>()) : made(cpu_of(options.threads));
  }
  const int index = cuda_index(options.name);
  if constexpr (built_with_cuda)
    return made(Cuda(index, cuda::precision_named(options.precision)));
  else
    throw Error("--device cuda:" + std::to_string(index) +
                ": this build has no CUDA, expected one that was configured with GUISE_CUDA=ON");
}
