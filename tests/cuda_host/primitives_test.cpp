// The kernels of the general operations on tensors, on fibers, against Reference, threads in several orders.
#include "backend/primitive_cases.hpp"
#include "device/cuda_runtime.h"
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/reference/reference.hpp>

using namespace guise;
using namespace guise::test;

namespace {

template <class F> void same(F run) {
  const Values expected = run(Reference<float>{});
  Values first;
  for (gpu::seed = 0; gpu::seed < GUISE_ORDERS; ++gpu::seed) {
    const Values got = run(Cuda());
    CHECK(difference(got, expected) < 1e-5);
    if (gpu::seed == 0) first = got;
    CHECK(got == first);
  }
}
const auto check = [](auto run) { same(run); };

}  // namespace

TEST_CASE("primitives: channels") { channel_copies(check); }
TEST_CASE("primitives: dropout") { dropouts(check); }
TEST_CASE("primitives: resampling") { resamples(check); }
TEST_CASE("primitives: broadcasts and sums") { broadcasts_and_sums(check); }
TEST_CASE("primitives: matrices") { matrix_products(check); }
TEST_CASE("primitives: rows by index") { rows_by_index(check); }
