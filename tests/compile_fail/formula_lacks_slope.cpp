// expect: an activation's struct has a formula slope(x, y)
#include <guise/backend/make_formula.hpp>
using namespace guise;

struct Softplus {
  static constexpr const char* name = "softplus";
  template <class T> static T value(T x) { return math::softplus(x); }
#ifdef FIXED
  template <class T> static T slope(T x, T) { return math::sigmoid(x); }
#endif
};
constexpr Activation softplus = Activation::of<Softplus>();
