// On a device: convolutions in the precision that was asked for, against Reference. Where the build has no
// cuDNN, that is refused.
#include "backend/values.hpp"
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/core/error.hpp>

using namespace guise;
using namespace guise::test;

TEST_CASE("tf32 and bf16 round as much as they are known to, and no more") {
  struct Case {
    cuda::Precision precision;
    double least, most;  // of a sum of 576 products, in parts of the largest
  };
  const ConvGeometry g{2, 32, 32, 64, 32, 32, 64, 3, 1, 1, 1};
  const std::size_t pixels = 2 * 32 * 32 * 64;
  const auto products = [&](const auto& device) {
    const On x(device, noise(pixels, 1)), w(device, noise(std::size_t{64 * 64 * 9}, 2)),
        dy(device, noise(pixels, 3));
    On y(device, pixels), dx(device, pixels), dw(device, Values(std::size_t{64 * 64 * 9}));
    device.conv(g, x, w, {}, y);
    device.conv_dx(g, dy, w, {}, dx);
    device.conv_dw(g, x, dy, dw);
    return std::vector<Values>{y.values(), dx.values(), dw.values()};
  };
  const auto expected = products(Reference<float>{});
  for (const auto& [precision, least, most] : {Case{cuda::Precision::float32, 0, 1e-5},
                                               {cuda::Precision::tf32, 1e-5, 2e-3},
                                               {cuda::Precision::bf16, 1e-4, 2e-2}}) {
    if (precision != cuda::Precision::float32 && !cuda::has_library) {
      CHECK_THROWS_AS(Cuda(0, precision), Error);
      continue;
    }
    const auto got = products(Cuda(0, precision));
    for (std::size_t k = 0; k < got.size(); ++k) {
      CAPTURE(int(precision));
      CAPTURE(k);
      const double off = difference(got[k], expected[k]);
      CHECK(off < most);
      if (precision == cuda::Precision::tf32)
        WARN(off > least);  // a device before compute capability 8.0 has no TF32
      else
        CHECK(off >= least);  // or cuDNN was not asked
    }
  }
}
