// What run.sh compiles.
#include <guise/guise.hpp>

using namespace guise;

struct Man;
struct Woman;
struct Gen : ResnetGenerator<9> {};
struct Disc : PatchDiscriminator<> {};

int main() {
  CycleGan<Man, Woman, Paper<Gen, Disc>, Cpu> model({.seed = 7});
  const Images<Man> a{1, {3, 256, 256}};
  const Images<Woman> b{1, {3, 256, 256}};
  return model.step(a, b).finite() ? 0 : 1;
}
