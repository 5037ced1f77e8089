// What compares sets of pictures, for guise::compiled.
#include <guise/metrics/detail/kernel_distance_by_eigen.hpp>
#include <guise/metrics/detail/precision_recall_by_eigen.hpp>
#include <guise/metrics/detail/sliced_wasserstein_by_eigen.hpp>
