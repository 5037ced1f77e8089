// expect: the backend lacks conv(p, in, in, e, out)
#include <guise/backend/concept.hpp>
#include <guise/backend/reference/reference.hpp>
using namespace guise;

struct Mine : Reference<> {
#ifndef FIXED
  void conv() const;  // hides the right one
#endif
};
static_assert(Backend<Mine>);
