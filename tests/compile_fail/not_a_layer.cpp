// expect: a network's list holds something that is not a layer
// expect: must_be_a_layer_not<Dense>
#include <guise/arch/resnet_generator.hpp>
using namespace guise;

#ifdef FIXED
struct Dense : Relu {};
#else
struct Dense {};
#endif
struct Net : Sequential<ReflectPad<3>, Conv<3, 64, 7>, Dense, Relu> {};
static_assert(Net::channels == 3);
