// A batch belongs to a domain and lies on a backend: n samples of one shape, (N, H, W, C). Pictures are in
// [-1, 1], channels red, green, blue. `as<Other>` is the only way out of a domain.
#pragma once
#include <guise/core/buffer.hpp>
#include <guise/core/domain.hpp>
#include <guise/core/shape.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace guise {

template <class Domain, class B> struct Batch {
  int n = 0;
  Shape shape{};
  B backend{};
  typename B::Buffer data = backend.uninitialized(static_cast<std::size_t>(n) * shape.floats());
};

template <class Domain, class B> using Gradient = Batch<Tangent<Domain>, B>;

template <class To, class From, class B> Batch<To, B> as(Batch<From, B>&& x) {
  return {x.n, x.shape, x.backend, std::move(x.data)};
}
template <class To, class From, class B> Batch<To, B> as(const Batch<From, B>& x) {  // a copy
  Batch<To, B> y{x.n, x.shape, x.backend};
  x.backend.copy(x.data.size(), x.data.data(), y.data.data());
  return y;
}

// Where pictures are before they go to a backend and after they come back.
struct Host {
  using Scalar = float;
  using Buffer = guise::Buffer<float>;
  static Buffer uninitialized(std::size_t n) { return Buffer(n); }
  static void copy(std::size_t n, const float* x, float* y) { std::copy_n(x, n, y); }
};

template <class Domain> using Images = Batch<Domain, Host>;

// What a buffer of a backend holds.
template <class B> std::vector<float> on_host(const B& backend, const typename B::Buffer& buffer) {
  std::vector<float> values(buffer.size());
  backend.download(values.size(), buffer.data(), values.data());
  return values;
}

}  // namespace guise
