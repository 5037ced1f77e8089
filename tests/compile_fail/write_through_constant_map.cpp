// expect-gcc: lvalue required as left operand of assignment
// expect-clang: expression is not assignable
#include <guise/eigen.hpp>
using namespace guise;
struct Man;

#ifdef FIXED
using Given = Images<Man>;
#else
using Given = const Images<Man>;
#endif
void darken(Given& x) { eigen::pixels(x)(0, 0) = -1; }
