// What a test may set and ask of the stand-in for cuDNN.
#pragma once
#include <cudnn.h>

#include <cstdint>
#include <vector>

namespace cudnn_stand_in {

struct Engine {
  std::int64_t index = 0;
  std::vector<cudnnBackendNumericalNote_t> notes;  // with tensor cores: inputs are rounded to TF32
  std::int64_t workspace = 0;
  cudnnStatus_t plan = CUDNN_STATUS_SUCCESS;  // of finalising a plan with this engine
};

struct State {
  std::vector<Engine> proposed{{1, {}, 100, CUDNN_STATUS_SUCCESS}}, fallback;
  cudnnStatus_t creation = CUDNN_STATUS_SUCCESS, execution = CUDNN_STATUS_SUCCESS;
  // what happened
  int graphs = 0, plans = 0, executions = 0;  // finalised, finalised, done
  std::int64_t engine = 0;                    // that has executed last
  std::vector<std::int64_t> padding;          // of that execution: top, left, bottom, right
  cudaStream_t stream{};                      // of that execution
  std::size_t descriptors = 0;                // that live
};
State& state();

}  // namespace cudnn_stand_in
