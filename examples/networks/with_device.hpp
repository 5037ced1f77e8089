// The backend that was chosen when a program began, and f(backend) for it. Only this folder includes the backends.
#pragma once
#include "../device.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/eigen/eigen_cpu.hpp>

#include <type_traits>
#include <variant>

inline constexpr bool built_with_cuda = GUISE_CUDA;

struct Device {
  std::conditional_t<built_with_cuda, std::variant<guise::Cpu, guise::EigenCpu<>, guise::Cuda>,
                     std::variant<guise::Cpu, guise::EigenCpu<>>>
      backend;
};

template <class F> auto with_device(const ChosenDevice& device, F f) {
  return std::visit(f, device->backend);
}
