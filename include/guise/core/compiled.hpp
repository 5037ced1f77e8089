// GUISE_FUNCTION stands before functions that are only declared where GUISE_COMPILED is defined, and defined in a header
// of their own, which then one .cpp file beside them includes: the library guise::compiled (cmake/compiled.cmake). Without
// it these headers are included everywhere, and the functions are inline.
#pragma once
#include <guise/core/compiler.hpp>

#ifdef GUISE_COMPILED
#define GUISE_FUNCTION
#else
#define GUISE_FUNCTION inline
#endif
