// expect: an optimiser's struct has a formula update(w, g, one for each of state_names, scalars[N]), N as scalars(rate, step) returns
#include <guise/backend/reference/reference.hpp>
#include <guise/layer/conv.hpp>
#include <guise/train/trained.hpp>
using namespace guise;
struct A;
struct B;

#ifndef FIXED
#define update updated  // a misspelt name
#endif
struct Mine {
  static constexpr const char* name = "mine";
  static constexpr const char* state_names[] = {"mean"};
  std::array<double, 2> scalars(double rate, long) const { return {rate, 0.5}; }
  template <class T, class S> static void update(T& w, T g, T& mean, const S (&scalars)[2]) {
    mean = mean + scalars[1] * (g - mean);
    w = w - scalars[0] * mean;
  }
};
using Net = Network<A, B, Conv<1, 1, 3>, Reference<>>;
Trained<Net, Mine> learner() { return Trained<Net, Mine>(Net(1)); }
