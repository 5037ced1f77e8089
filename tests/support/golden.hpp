// The golden files (tests/golden/README.md): what PyTorch computed, by name.
#pragma once
#include "support/eigen_cpu.hpp"
#include "support/reference.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/core/batch.hpp>
#include <guise/io/weights/safetensors.hpp>
#include <guise/net/network.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#ifndef GUISE_GOLDEN_DIR
#define GUISE_GOLDEN_DIR "tests/golden"
#endif

namespace guise::testing {

class Golden {
 public:
  explicit Golden(const std::string& name)
      : file_(read_safetensors(std::filesystem::path(GUISE_GOLDEN_DIR) / (name + ".safetensors"))) {}

  const Tensor& operator[](std::string_view name) const {
    if (const Tensor* tensor = file_.find(std::string(name))) return *tensor;
    throw Error("golden file: expected a tensor " + std::string(name));
  }

  // Pictures `samples` of (N, H, W, C), all of them if none are named.
  template <class Domain, class B>
  Batch<Domain, B> batch(std::string_view name, std::vector<std::size_t> samples = {}) const {
    const Tensor& all = (*this)[name];
    const auto side = [&](std::size_t axis) { return static_cast<int>(all.shape.at(axis)); };
    for (std::size_t k = 0; samples.size() < all.shape[0] && samples.size() == k; ++k) samples.push_back(k);
    Batch<Domain, B> batch{static_cast<int>(samples.size()), {side(3), side(1), side(2)}};
    const std::size_t floats = batch.shape.floats();
    for (std::size_t k = 0; k < samples.size(); ++k)
      batch.backend.upload(floats, all.data.data() + samples[k] * floats, batch.data.data() + k * floats);
    return batch;
  }

  // The flat buffer of a table's tensors; `rename` says under which name the file has each.
  template <class Table, class Rename>
  std::vector<float> flat(const Table& table, std::size_t floats, Rename rename) const {
    std::vector<float> values(floats);
    for (const Parameter& p : table)
      std::copy_n(sized(rename(std::string(p.name)), p.floats).begin(), p.floats,
                  values.begin() + static_cast<std::ptrdiff_t>(p.offset));
    return values;
  }

  // The worst of a tensor's errors, as a part of the tensor's largest value; where all are 0, only 0 is
  // right.
  double error(std::string_view name, const float* values, std::size_t n) const {
    double most = 0, scale = std::numeric_limits<float>::min();
    for (std::size_t k = 0; k < n; ++k) {
      const double expected = sized(name, n)[k], difference = std::abs(double(values[k]) - expected);
      if (std::isnan(difference)) return difference;  // no tolerance takes it
      most = std::max(most, difference);
      scale = std::max(scale, std::abs(expected));
    }
    return most / scale;
  }
  double error(std::string_view name, const std::vector<float>& values) const {
    return error(name, values.data(), values.size());
  }
  // Of the worst of a table's tensors.
  template <class Table, class Rename>
  double error(const Table& table, const std::vector<float>& values, Rename rename) const {
    double most = 0;
    for (const Parameter& p : table) {
      const double one = error(rename(std::string(p.name)), values.data() + p.offset, p.floats);
      if (!(one <= most)) most = one;
      if (std::isnan(most)) break;
    }
    return most;
  }

 private:
  const std::vector<float>& sized(std::string_view name, std::size_t n) const {
    const auto& data = (*this)[name].data;
    if (data.size() != n)
      throw Error("golden file: expected " + std::to_string(n) + " values in " + std::string(name) +
                  ", got " + std::to_string(data.size()));
    return data;
  }
  Safetensors file_;
};

// What a golden test runs on: a backend and the form of its networks. In double precision nothing but the
// golden value's own rounding is left of any tolerance.
template <class B, class F> struct On {
  using Backend = B;
  using Form = F;
  static constexpr double tolerance(double in_float) {
    return std::is_same_v<typename B::Scalar, double> ? 2e-7 : in_float;
  }
};

}  // namespace guise::testing

// Every backend of the host in both forms; the one in Eigen's expressions by both precisions, under sanitizers, where
// Eigen takes most of the time to compile, by one.
#define GUISE_EVERYWHERE_BUT_EIGEN_DOUBLE                                                       \
  guise::testing::On<Reference<double>, Plain>, guise::testing::On<Reference<double>, Fused>,   \
      guise::testing::On<Reference<float>, Plain>, guise::testing::On<Reference<float>, Fused>, \
      guise::testing::On<Cpu, Plain>, guise::testing::On<Cpu, Fused>,                           \
      guise::testing::On<EigenCpu<float>, Fused>
#ifdef GUISE_UNDER_SANITIZERS
#define GUISE_EVERYWHERE GUISE_EVERYWHERE_BUT_EIGEN_DOUBLE
#else
#define GUISE_EVERYWHERE GUISE_EVERYWHERE_BUT_EIGEN_DOUBLE, guise::testing::On<EigenCpu<double>, Plain>
#endif
