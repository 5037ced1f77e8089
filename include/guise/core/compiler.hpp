// What guise asks of a compiler and its options, in words. Every other header includes this one before all else, so that
// who lacks it reads one sentence, not the pages that follow from it: the include at the end names no file, and stops
// every compiler.
//
// Without what -ffast-math leaves out, rounding by adding and subtracting a large number rounds nothing, and tests for
// what is not finite are compiled away: pictures and weights would be wrong without a word.
#pragma once

// Microsoft's compiler says the standard in a name of its own.
#if (!defined(__cplusplus) || __cplusplus < 202002L) && (!defined(_MSVC_LANG) || _MSVC_LANG < 202002L)
#error guise needs C++20: compile with -std=c++20 or later
#include "guise needs C++20"
#endif

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || \
    (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ + 0)
#error guise needs exact arithmetic: compile without -ffast-math, -Ofast, -ffinite-math-only and their like
#include "guise needs exact arithmetic"
#endif
