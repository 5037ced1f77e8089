#include "support/reference.hpp"

namespace guise {
GUISE_REFERENCE(, float)
GUISE_REFERENCE(, double)
}  // namespace guise
