// expect: l1 compares two batches of one domain
#include <guise/backend/reference/reference.hpp>
#include <guise/loss/l1.hpp>
using namespace guise;
struct Man;
struct Woman;

#ifdef FIXED
using Target = Man;
#else
using Target = Woman;
#endif
auto loss(const Batch<Man, Reference<>>& man, const Batch<Target, Reference<>>& target) {
  return l1(man, target);
}
