// A build without a library of convolutions: the backend's own kernels do them all.
#include <guise/backend/cuda/library_product.hpp>

namespace guise::cuda {

const bool has_library = false;
bool library_product(Role, const ConvGeometry&, Precision, const Context&, const float*, const float*,
                     float*) {
  return false;
}

}  // namespace guise::cuda
