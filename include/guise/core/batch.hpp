// A batch is n samples of one shape, (N, H, W, C), which belong to a domain and are stored on a backend.
// Pictures are in [-1, 1], their channels red, green, blue. `as<Other>` is the only way from one domain to
// another. Throws Error where the number of samples or a side is negative, or their product is more than can be
// counted; `check_batch` where the buffer of a batch does not hold what its shape says.
#pragma once
#include <guise/core/buffer.hpp>
#include <guise/core/domain.hpp>
#include <guise/core/error.hpp>
#include <guise/core/shape.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace guise {

// The floats of n samples.
constexpr std::size_t floats_of(int n, Shape shape) {
  std::size_t floats = 1;
  for (const int side : {n, shape.c, shape.h, shape.w}) {
    if (side < 0) refuse("a batch has samples or a side in a number", side, "0 or more");
    if (__builtin_mul_overflow(floats, static_cast<std::size_t>(side), &floats) || floats > std::size_t{1}
                                                                                                << 48)
      refuse("a batch has a side", side, "no more than 2^48 numbers in all");
  }
  return floats;
}

template <class Domain, class B> struct Batch {
  int n = 0;
  Shape shape{};
  B backend{};
  typename B::Buffer data = backend.uninitialized(floats_of(n, shape));
};

// What a public function asks of a batch before it reads it; `whole`: where it reads all of the buffer.
template <class Domain, class B> void check_batch(const Batch<Domain, B>& batch, bool whole = false) {
  if (batch.n < 1) refuse("a batch has samples in a number", batch.n, "at least one");
  const std::size_t floats = floats_of(batch.n, batch.shape);
  if (batch.data.size() < floats || (whole && batch.data.size() != floats))
    throw Error("a batch of " + std::to_string(batch.n) + " samples of " + std::to_string(batch.shape.c) +
                "x" + std::to_string(batch.shape.h) + "x" + std::to_string(batch.shape.w) + " with " +
                std::to_string(batch.data.size()) + " numbers: expected as many as its shape holds");
}

template <class Domain, class B> using Gradient = Batch<Tangent<Domain>, B>;

template <class To, class From, class B> Batch<To, B> as(Batch<From, B>&& x) {
  return {x.n, x.shape, x.backend, std::move(x.data)};
}
template <class To, class From, class B> Batch<To, B> as(const Batch<From, B>& x) {  // a copy
  if (x.n != 0) check_batch(x);
  Batch<To, B> y{x.n, x.shape, x.backend};
  x.backend.copy(y.data.size(), x.data.data(), y.data.data());
  return y;
}

// The host as a backend without operations: pictures are here before they are uploaded and after they are
// downloaded.
struct Host {
  using Scalar = float;
  using Buffer = guise::Buffer<float>;
  static Buffer uninitialized(std::size_t n) { return Buffer(n); }
  static void copy(std::size_t n, const float* x, float* y) { std::copy_n(x, n, y); }
};

template <class Domain> using Images = Batch<Domain, Host>;

// Backends whose memory is the host's, so that a pointer of theirs can be read and written here.
template <class B>
concept InHostMemory = std::is_same_v<typename B::Buffer, Buffer<typename B::Scalar>>;

// The values of a backend's buffer, downloaded.
template <class B> std::vector<float> on_host(const B& backend, const typename B::Buffer& buffer) {
  std::vector<float> values(buffer.size());
  backend.download(values.size(), buffer.data(), values.data());
  return values;
}

}  // namespace guise
