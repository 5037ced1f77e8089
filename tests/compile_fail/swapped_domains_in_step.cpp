// expect: step takes a batch of the first domain and one of the second, in this order
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/objective/cyclegan.hpp>
using namespace guise;
struct Man;
struct Woman;
using Model = CycleGan<Man, Woman, Paper<ResnetGenerator<1, 4>, PatchDiscriminator<4>>, Reference<>>;

void train(Model& model, const Images<Man>& men, const Images<Woman>& women) {
#ifdef FIXED
  model.step(men, women);
#else
  model.step(women, men);
#endif
}
