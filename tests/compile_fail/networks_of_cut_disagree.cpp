// expect: the networks of CUT disagree about the channels of a picture
#include <guise/guise.hpp>
using namespace guise;

#ifdef FIXED
inline constexpr int channels = 3;
#else
inline constexpr int channels = 1;
#endif
struct Man;
struct Woman;
Cut<Man, Woman, CutPaper<CutGenerator<2, 8>, PatchDiscriminator<8, channels>>> model({.layers = {4, 8}});
