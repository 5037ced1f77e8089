// What losses that look at windows are made of: weighted means in a window, and sums and products of maps, by operations
// that every backend has. Nothing comes from the host, so that a training step can be recorded.
#pragma once
#include <guise/backend/geometry.hpp>
#include <guise/backend/primitives.hpp>
#include <guise/core/shape.hpp>

#include <initializer_list>
#include <utility>
#include <vector>

namespace guise::detail {

// Weighted means in a window at all places of pictures where it fits, and the gradients of what they were taken of. A
// shift of whole pixels or rows is an offset in memory, so that sums of weighted shifts are all it takes; what reaches
// over the end of a row or of a picture is cut off.
template <class B> class WindowMeans {
  using Floats = typename B::Buffer;
  using T = typename B::Scalar;
  using Weights = std::vector<double>;

 public:
  WindowMeans(const B& device, Shape x, Weights down, Weights across)
      : device_(device),
        down_(std::move(down)),
        across_(std::move(across)),
        height_(x.h),
        channels_(x.c),
        row_(x.w * x.c),
        cut_row_(row_ - static_cast<int>(across_.size() - 1) * x.c),
        cut_height_(x.h - static_cast<int>(down_.size() - 1)) {}

  Shape shape() const { return {channels_, cut_height_, cut_row_ / channels_}; }  // of a picture's means

  Floats operator()(int pictures, const Floats& x) const {
    const Floats wide = slid(across_, channels_, x);
    const Floats narrow = cut(pictures * height_, row_, cut_row_, wide);
    const Floats tall = slid(down_, cut_row_, narrow);
    return cut(pictures, height_ * cut_row_, cut_height_ * cut_row_, tall);
  }
  Floats gradient(int pictures, const Floats& dy) const {
    const Floats tall = filled_up(pictures, cut_height_ * cut_row_, height_ * cut_row_, dy);
    const Floats narrow = slid_back(down_, cut_row_, tall);
    const Floats wide = filled_up(pictures * height_, cut_row_, row_, narrow);
    return slid_back(across_, channels_, wide);
  }

 private:
  static std::size_t rest(const Weights& weights, int step, const Floats& x) {
    return x.size() - (weights.size() - 1) * static_cast<std::size_t>(step);
  }
  Floats slid(const Weights& weights, int step, const Floats& x) const {
    Floats y = device_.zeros(x.size());
    for (std::size_t k = 0; k < weights.size(); ++k)
      device_.axpby(rest(weights, step, x), weights[k], x.data() + k * static_cast<std::size_t>(step), 1,
                    y.data());
    return y;
  }
  Floats slid_back(const Weights& weights, int step, const Floats& dy) const {
    Floats dx = device_.zeros(dy.size());
    for (std::size_t k = 0; k < weights.size(); ++k)
      device_.axpby(rest(weights, step, dy), weights[k], dy.data(), 1,
                    dx.data() + k * static_cast<std::size_t>(step));
    return dx;
  }
  Floats cut(int rows, int from, int to, const Floats& x) const {
    Floats y = device_.uninitialized(static_cast<std::size_t>(rows) * static_cast<std::size_t>(to));
    device_.copy_channels(static_cast<std::size_t>(rows), to, x.data(), from, 0, y.data(), to, 0);
    return y;
  }
  Floats filled_up(int rows, int from, int to, const Floats& dy) const {
    Floats dx = device_.zeros(static_cast<std::size_t>(rows) * static_cast<std::size_t>(to));
    device_.copy_channels(static_cast<std::size_t>(rows), from, dy.data(), from, 0, dx.data(), to, 0);
    return dx;
  }

  const B& device_;
  Weights down_, across_;
  int height_, channels_, row_, cut_row_, cut_height_;  // rows in floats
};

// Products and sums of maps of one size, value by value.
template <class B> struct Maps {
  using Floats = typename B::Buffer;
  const B& device;

  Floats product(const Floats& x, const Floats& y) const {
    Floats z = device.uninitialized(x.size());
    device.multiply({1, static_cast<int>(x.size()), 1}, x.data(), y.data(), z.data());
    return z;
  }
  // a x + constant, which is made of sigmoid(0) = 1 / 2, for nothing comes from the host.
  Floats sum(double a, const Floats& x, double constant = 0) const {
    Floats z = device.uninitialized(x.size());
    if (constant != 0)
      device.pointwise(Activation::sigmoid, x.size(), device.zeros(x.size()).data(), z.data());
    device.axpby(x.size(), a, x.data(), 2 * constant, z.data());
    return z;
  }
  Floats sum(double a, const Floats& x, double b, const Floats& y, double constant = 0) const {
    Floats z = sum(a, x, constant);
    device.axpby(x.size(), b, y.data(), 1, z.data());
    return z;
  }
  Floats joined(std::initializer_list<const Floats*> parts) const {  // one after the other
    Floats all = device.uninitialized(parts.size() * (*parts.begin())->size());
    std::size_t at = 0;
    for (const Floats* part : parts) {
      device.copy(part->size(), part->data(), all.data() + at);
      at += part->size();
    }
    return all;
  }
  Floats part(std::size_t which, std::size_t n, const Floats& all) const {
    Floats z = device.uninitialized(n);
    device.copy(n, all.data() + which * n, z.data());
    return z;
  }
};

}  // namespace guise::detail
