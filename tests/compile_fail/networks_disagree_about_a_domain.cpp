// expect: the networks of a CycleGAN disagree about the channels of a domain
// expect-gcc: cyclegan::G_A::makes<3>::channels_but_D_A_takes<1>
// expect-clang: cyclegan::G_A::makes<3>::channels_but_D_A_takes<1>
#include <guise/guise.hpp>
using namespace guise;

#ifdef FIXED
inline constexpr int channels = 3;
#else
inline constexpr int channels = 1;
#endif
struct Man;
struct Woman;
CycleGan<Man, Woman, Paper<ResnetGenerator<2, 8>, PatchDiscriminator<8, channels>>> model({.seed = 7});
