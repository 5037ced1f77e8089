// expect: this model translates between its two domains only
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/objective/cyclegan.hpp>
using namespace guise;
struct Man;
struct Woman;
struct Horse;
using Model = CycleGan<Man, Woman, Paper<ResnetGenerator<1, 4>, PatchDiscriminator<4>>, Reference<>>;

#ifdef FIXED
using Target = Woman;
#else
using Target = Horse;
#endif
void translate(const Model& model) { model.translator<Man, Target>(); }
