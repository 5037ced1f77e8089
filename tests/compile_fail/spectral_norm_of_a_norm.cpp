// expect: a spectral norm is that of a Conv: SpectralNorm<Conv<In, Out, Kernel, options...>>
#include <guise/arch/resnet_generator.hpp>
#include <guise/layer/spectral_norm.hpp>
using namespace guise;

#ifdef FIXED
using Bounded = Conv<3, 3, 3>;
#else
using Bounded = InstanceNorm<3>;
#endif
struct Net : Sequential<SpectralNorm<Bounded>, Relu> {};
static_assert(Net::channels == 3);
