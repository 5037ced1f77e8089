// make_checkpoint FILE: the seed of the checkpoint target, a training of three steps.
#include "tiny_training.hpp"

int main(int, char** arguments) {
  using namespace guise;
  fuzz::Training training = fuzz::training(1);
  Images<fuzz::A> a{.n = 1, .shape = {3, 2, 2}};
  Images<fuzz::B> b{.n = 1, .shape = {3, 2, 2}};
  for (int k = 0; k < 3; ++k) training.step(a, b);
  save_checkpoint(arguments[1], training.state(), {{"epoch", "1"}});
}
