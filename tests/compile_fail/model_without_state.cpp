// expect: a loop asks its model for steps(), rate() and state()
#include <guise/train/loop.hpp>
using namespace guise;

struct Data {
  long size() const { return 4; }
  long batch() const { return 2; }
  std::vector<int> epoch(int, std::size_t) const { return {1, 2}; }
};
struct Model {
  Losses step(int) { return {}; }
  long steps() const { return 0; }
  double rate() const { return 0; }
#ifdef FIXED
  State state() { return {}; }
#endif
};

bool train(Model& model) { return Loop({.folder = "checkpoints"}).run(model, Data{}); }
