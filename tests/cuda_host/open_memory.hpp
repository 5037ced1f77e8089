// For tests of whole networks: device memory stays open to the host between launches, of which there are
// many, and threads run in the order of one seed.
#pragma once
#include "device/cuda_runtime.h"

struct OpenMemory {
  explicit OpenMemory(unsigned seed) { gpu::keeps_memory_open = true, gpu::seed = seed; }
  OpenMemory(const OpenMemory&) = delete;
  OpenMemory& operator=(const OpenMemory&) = delete;
  ~OpenMemory() { gpu::keeps_memory_open = false; }
};
