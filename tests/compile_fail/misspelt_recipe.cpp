// expect: recipe has Optimiser: the name is Optimizer
// expect: recipe has Reconstuction: the name is Reconstruction
#include <guise/guise.hpp>
using namespace guise;
struct Man;
struct Woman;

struct Mine : Paper<ResnetGenerator<1, 4>, PatchDiscriminator<4>> {
#ifdef FIXED
  using Optimizer = AdamW;
  using Reconstruction = L2;
#else
  using Optimiser = AdamW;
  using Reconstuction = L2;
#endif
};
CycleGan<Man, Woman, Mine> model() { return CycleGan<Man, Woman, Mine>(); }
