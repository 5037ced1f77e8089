// expect: refuse
// expect-gcc: call to non-
// expect-clang: non-constexpr function 'refuse'
#include <guise/arch/resnet_generator.hpp>
using namespace guise;

#ifdef FIXED
static_assert(ResnetGenerator<6>::out({3, 8, 8}).h == 8);
#else
static_assert(ResnetGenerator<6>::out({3, 2, 2}).h == 2);
#endif
