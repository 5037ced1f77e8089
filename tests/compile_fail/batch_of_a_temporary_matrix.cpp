// expect: a batch would outlive this matrix: give it a name
#include <guise/eigen.hpp>
using namespace guise;
struct Man;

Images<Man> grey() {
#ifdef FIXED
  static eigen::RowMajor<float> matrix(64, 3);
  return eigen::batch<Man>(matrix, {3, 8, 8});
#else
  return eigen::batch<Man>(eigen::RowMajor<float>(64, 3), {3, 8, 8});
#endif
}
