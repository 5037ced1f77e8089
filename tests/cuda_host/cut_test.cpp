// Steps of CUT that are replayed against steps that are not: the same bits; against Reference: the same losses. Also for
// a device.
#include "cuda_host/open_memory.hpp"
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/objective/cut.hpp>
#include <guise/train/checkpoint.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace guise;

namespace {

struct A;
struct B;
class Eager : public Cuda {  // the same device, which cannot record
  using Cuda::record;
};

template <class Domain> Images<Domain> pictures(long step, int n) {
  Images<Domain> images{n, {3, 24, 24}};
  Random random(std::is_same_v<Domain, A>, static_cast<std::uint64_t>(step));
  for (float& value : images.data) value = static_cast<float>(2 * random.uniform() - 1);
  return images;
}
// The losses of steps, of which some have another number of pictures, then all that a checkpoint holds.
template <class Device> std::vector<std::vector<float>> trained(CutOptions<> options, int steps) {
  Cut<A, B, CutPaper<CutGenerator<1, 2>, PatchDiscriminator<2>>, Device> model(options);
  std::vector<std::vector<float>> all;
  for (int k = 0; k < steps; ++k) {
    const int n = k == 3 ? 2 : 1;
    all.push_back(model.step(pictures<A>(k, n), pictures<B>(k, n)).values());
  }
  all.emplace_back();
  for (const auto& [name, tensor] : checkpoint::content(model.state(), {}).tensors)
    all.back().insert(all.back().end(), tensor.data.begin(), tensor.data.end());
  return all;
}

}  // namespace

TEST_SUITE("training") {
  TEST_CASE("CUT that is replayed has the same bits, and Reference's losses") {
    const OpenMemory open(0);
    for (CutOptions<> options : {CutOptions<>{}, fast_cut()}) {
      options.seed = 5, options.layers = {0, 4, 12}, options.places = 8, options.width = 8;
      const auto replayed = trained<Cuda>(options, 7), eager = trained<Eager>(options, 7);
      CHECK(replayed == eager);
      const auto exact = trained<Reference<float>>(options, 2);
      for (std::size_t step = 0; step < 2; ++step)
        for (std::size_t k = 0; k < exact[step].size(); ++k)
          CHECK(replayed[step][k] == doctest::Approx(exact[step][k]).epsilon(1e-3));
    }
  }
}
