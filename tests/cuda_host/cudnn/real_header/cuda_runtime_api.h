// What the real cudnn.h includes, in a build for the host.
#pragma once
#include <cuda_runtime.h>

using cudaGraph_t = struct CUgraph_st*;
