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
TEST_CASE("primitives: rows by themselves") { rows_by_themselves(check); }
TEST_CASE("primitives: cross-entropies") { cross_entropies(check); }

TEST_CASE("primitives: dropout that was recorded reads the counter that is there at its replay") {
  const auto dropped = [](const auto& b, float count) {
    const On x(b, noise(300, 1)), counter(b, Values{count, 0});
    On y(b, std::size_t{300});
    b.dropout(300, 0.5, 7, counter, x, y);
    return y.values();
  };
  const Cuda b;
  const On x(b, noise(300, 1));
  On counter(b, Values{1, 0}), y(b, std::size_t{300});
  const auto recording = b.record([&] { b.dropout(300, 0.5, 7, counter, x, y); });
  for (float count : {1.f, 2.f, 16'777'215.f}) {
    b.upload(2, Values{count, 0}.data(), counter);
    b.replay(recording);
    CHECK(y.values() == dropped(Reference<float>{}, count));
  }
  CHECK(dropped(b, 1) != dropped(b, 2));
}
