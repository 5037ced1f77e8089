// What the real cudnn.h includes, in the midst of its extern "C", in a build for the host.
#pragma once
extern "C++" {
#include <cuda_runtime.h>
}
