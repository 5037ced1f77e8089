// expect: two neighbours in a network disagree about the number of channels
// expect-gcc: layer<7>::takes<256>::channels_but_is_given<128>
// expect-clang: layer<7>::takes<256>::channels_but_is_given<128>
#include <guise/arch/resnet_generator.hpp>
using namespace guise;

#ifdef FIXED
inline constexpr int wanted = 128;
#else
inline constexpr int wanted = 256;
#endif
struct Net : Sequential<ReflectPad<3>, Conv<3, 64, 7>, InstanceNorm<64>, Relu,  // 0-3
                        Conv<64, 128, 3>, InstanceNorm<128>, Relu,              // 4-6
                        Conv<wanted, 512, 3>, Relu> {};
static_assert(Net::channels == 3);
