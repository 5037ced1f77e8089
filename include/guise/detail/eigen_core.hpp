// Eigen/Core without what gcc 12 says of AVX-512's intrinsics in it: that they read what nobody has written (its
// bug 105593). Who includes Eigen does it by this file.
#pragma once
#include <guise/core/compiler.hpp>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Warray-bounds"
#include <Eigen/Core>
#pragma GCC diagnostic pop
#else
#include <Eigen/Core>
#endif
