// expect: the body of a Residual or Repeat must give as many channels as it takes
// expect-gcc: body_takes<64>::channels_but_gives<128>
#include <guise/arch/resnet_generator.hpp>
using namespace guise;

#ifdef FIXED
inline constexpr int given = 64;
#else
inline constexpr int given = 128;
#endif
struct Net : Sequential<Conv<3, 64, 7>, Residual<Conv<64, given, 1>>> {};
static_assert(Net::channels == 3);
