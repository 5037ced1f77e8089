// expect: recipe has GeneratorAB: the name is Generator
#include <guise/guise.hpp>
#include <guise/objective/cut.hpp>
using namespace guise;
struct Man;
struct Woman;

struct Mine : CutPaper<CutGenerator<1, 4>, PatchDiscriminator<4>> {
#ifdef FIXED
  using Generator = CutGenerator<2, 4>;
#else
  using GeneratorAB = CutGenerator<2, 4>;
#endif
};
std::size_t size() { return sizeof(Cut<Man, Woman, Mine>); }
