// All that the next training step depends on, without the types of the networks: what a checkpoint holds.
#pragma once
#include <guise/core/parameter.hpp>
#include <guise/optim/optimizer.hpp>
#include <guise/train/image_pool.hpp>

#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace guise {

inline constexpr long forever = std::numeric_limits<long>::max();

// Gradients are zero between steps.
template <class Device> struct TrainingState {
  using Floats = typename Device::Buffer;
  struct TrainedNetwork {
    std::string name;
    std::span<const Parameter> table, statistics_table;
    Floats *parameters, *statistics;
    OptimizerState<Device>* adam;
  };
  Device device;
  std::vector<TrainedNetwork> networks;
  std::vector<std::pair<std::string, PoolState<Device>*>> pools;
  long* steps;
};

}  // namespace guise
