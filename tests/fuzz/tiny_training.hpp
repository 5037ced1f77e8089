// The state of a training as small as it can be, for the checkpoint target and the program that makes its
// seed.
#pragma once
#include <guise/backend/reference/reference.hpp>
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/sequential.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/train/checkpoint.hpp>

namespace guise::fuzz {

struct A;
struct B;
struct Gen : Sequential<Conv<3, 3, 1>, Tanh> {};
struct Disc : Sequential<Conv<3, 1, 1>> {};
using Training = CycleGan<A, B, Paper<Gen, Disc>, Reference<float>>;

inline Training training(std::uint64_t seed) { return Training({.seed = seed, .pool_size = 2}); }

}  // namespace guise::fuzz
