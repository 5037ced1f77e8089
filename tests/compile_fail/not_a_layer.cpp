// expect: a network's list holds something that is not a layer
// expect: must_be_a_layer_not<Dropout>
#include <guise/arch/resnet_generator.hpp>
using namespace guise;

#ifdef FIXED
struct Dropout : Relu {};
#else
struct Dropout {};
#endif
struct Net : Sequential<ReflectPad<3>, Conv<3, 64, 7>, Dropout, Relu> {};
static_assert(Net::channels == 3);
