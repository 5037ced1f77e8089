// expect: a convolution needs positive channels, kernel and stride
#include <guise/layer/conv.hpp>
using namespace guise;

#ifdef FIXED
inline constexpr int stride = 1;
#else
inline constexpr int stride = 0;
#endif
static_assert(graph_of(Conv<3, 4, 3, Stride<stride>>{}).channels() == 3);
