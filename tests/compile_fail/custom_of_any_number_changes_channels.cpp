// expect: custom_layer_must_say_its_channels
#include <guise/layer/conv.hpp>
#include <guise/layer/custom.hpp>
#include <guise/layer/sequential.hpp>
using namespace guise;

struct IntoChannels : CustomDefaults {
  static constexpr const char* name = "2x2 pixels into channels";
#ifdef FIXED
  static constexpr int channels = 3;
#endif
  static constexpr Shape out(Shape a, Shape) { return {4 * a.c, a.h / 2, a.w / 2}; }
  template <class T> static void forward(const CustomCall<T>&) {}
  template <class T> static void backward(const CustomCall<T>&) {}
};
struct Net : Sequential<Custom<IntoChannels>, Conv<12, 3, 1>> {};
static_assert(Net::out({3, 8, 8}) == Shape{3, 4, 4});
