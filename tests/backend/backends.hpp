// The backends that the tests of this folder hold against Reference<float>: one line each. Cuda is whichever
// is linked: its kernels on fibers of the host (tests/cuda_host), or on a device.
#pragma once
#include "values.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/eigen/eigen_cpu.hpp>
#include <guise/backend/reference/reference.hpp>

#include <type_traits>

namespace guise::test {

template <class F> void every_backend(F f) {
  f(Cpu(1));
  f(Cpu(3));
  f(EigenCpu<float>());
  f(Cuda());
}

// run(backend) -> Values, by every backend and by Reference; where run is for backends of a concept only, by
// those.
template <class F> void same_as_reference(F run, double tolerance = 1e-5) {
  const Values expected = run(Reference<float>{});
  every_backend([&]<class B>(const B& backend) {
    if constexpr (std::is_invocable_v<F, const B&>) CHECK(difference(run(backend), expected) < tolerance);
  });
}

}  // namespace guise::test
