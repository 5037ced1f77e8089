#include "support/eigen_cpu.hpp"

namespace guise {
GUISE_EIGEN_CPU(, float)
GUISE_EIGEN_CPU(, double)
}  // namespace guise
