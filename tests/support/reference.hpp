// Reference, whose loops tests compile once and optimised (support/compiled/reference.cpp): tests themselves are not.
#pragma once
#include <guise/backend/reference/reference.hpp>

#define GUISE_REFERENCE(prefix, T)                  \
  prefix template struct reference::Products<T>;    \
  prefix template struct reference::Bands<T>;       \
  prefix template struct reference::Channelwise<T>; \
  prefix template struct reference::Primitives<T>;  \
  prefix template struct Reference<T>;

namespace guise {
GUISE_REFERENCE(extern, float)
GUISE_REFERENCE(extern, double)
}  // namespace guise
