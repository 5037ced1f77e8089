// expect: a loss's struct has a name: static constexpr const char* name
// expect: a loss's struct has a formula slope(x, t)
#include <guise/backend/reference/reference.hpp>
#include <guise/loss/reconstruction.hpp>
using namespace guise;
struct Man;

struct Square {
#ifdef FIXED
  static constexpr const char* name = "square";
  template <class T> static T slope(T x, T t) { return 2 * (x - t); }
#endif
  template <class T> static T value(T x, T t) { return (x - t) * (x - t); }
};
auto loss(const Batch<Man, Reference<>>& x, const Batch<Man, Reference<>>& target) {
  return reconstruction_loss<Square>(x, target);
}
