// expect: a reconstruction loss compares two batches of one domain
#include <guise/backend/reference/reference.hpp>
#include <guise/loss/reconstruction.hpp>
using namespace guise;
struct Man;
struct Woman;

#ifdef FIXED
using Target = Man;
#else
using Target = Woman;
#endif
auto loss(const Batch<Man, Reference<>>& man, const Batch<Target, Reference<>>& target) {
  return reconstruction_loss<L1>(man, target);
}
