// Values on the host, tensors on a backend, and how far apart two results are.
#pragma once
#include <guise/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace guise::test {

using Values = std::vector<float>;

inline Values noise(std::size_t n, std::uint64_t stream, float mean = 0) {
  Random random(11, stream);
  Values values(n);
  for (float& v : values) v = mean + static_cast<float>(random.normal());
  return values;
}

// A tensor on a backend, from and to the host.
template <class B> struct On {
  const B& backend;
  typename B::Buffer data;

  On(const B& b, const Values& values) : backend(b), data(b.uninitialized(values.size())) {
    backend.upload(values.size(), values.data(), data.data());
  }
  On(const B& b, std::size_t n)
      : On(b, Values(n, -7.f)) {}  // what an operation writes was something else before

  operator const float*() const { return data.data(); }
  operator float*() { return data.data(); }
  Values values() const {
    Values host(data.size());
    backend.download(host.size(), data.data(), host.data());
    return host;
  }
};

// The largest difference, in parts of the largest value that was expected.
inline double difference(const Values& got, const Values& expected) {
  REQUIRE(got.size() == expected.size());
  double most = 0, scale = 1e-30;
  for (std::size_t k = 0; k < got.size(); ++k) {
    if (std::isnan(got[k]) || std::isnan(expected[k])) return 1e9;
    most = std::max(most, std::abs(double(got[k]) - double(expected[k])));
    scale = std::max(scale, std::abs(double(expected[k])));
  }
  return most / scale;
}

}  // namespace guise::test
