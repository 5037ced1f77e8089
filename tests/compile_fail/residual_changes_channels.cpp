// expect: the body of a sum must give as many channels as are added to it
// expect-gcc: layer<1>::adds<64>::channels_to_a_body_that_gives<128>
// expect-clang: layer<1>::adds<64>::channels_to_a_body_that_gives<128>
#include <guise/arch/resnet_generator.hpp>
using namespace guise;

#ifdef FIXED
inline constexpr int given = 64;
#else
inline constexpr int given = 128;
#endif
struct Net : Sequential<Conv<3, 64, 7>, Residual<Conv<64, given, 1>>> {};
static_assert(Net::channels == 3);
