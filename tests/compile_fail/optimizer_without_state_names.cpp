// expect: an optimiser's struct has the names of what it remembers: state_names
#include <guise/backend/reference/reference.hpp>
#include <guise/layer/conv.hpp>
#include <guise/train/trained.hpp>
using namespace guise;
struct A;
struct B;

struct Mine {
  static constexpr const char* name = "mine";
#ifdef FIXED
  static constexpr const char* state_names[] = {"mean"};
#endif
  std::array<double, 2> scalars(double rate, long) const { return {rate, 0.5}; }
  template <class T, class S> static void update(T& w, T g, T& mean, const S (&scalars)[2]) {
    mean = mean + scalars[1] * (g - mean);
    w = w - scalars[0] * mean;
  }
};
using Net = Network<A, B, Conv<1, 1, 3>, Reference<>>;
Trained<Net, Mine> learner() { return Trained<Net, Mine>(Net(1)); }
