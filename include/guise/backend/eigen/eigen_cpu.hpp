// A whole backend in expressions of Eigen's, for any scalar: the readable middle between Reference, which says
// in plain loops what operations mean, and Cpu, which is as fast as the processor. docs/backends.md walks
// through it. One thread (where a program is compiled with OpenMP, Eigen::setNbThreads(1) keeps it so), and so
// the same bits each time.
//
// What Eigen says no better than a loop is Reference's own: memory, rows by index, cross-entropies, dropout, running statistics,
// and the formulas of losses and optimisers, which bring their loops with them.
#pragma once
#include <guise/backend/eigen/channelwise.hpp>
#include <guise/backend/eigen/convolution.hpp>
#include <guise/backend/eigen/normalization.hpp>
#include <guise/backend/eigen/primitives.hpp>
#include <guise/backend/reference/reference.hpp>

#include <cstddef>

namespace guise {

template <class T = float>
struct EigenCpu : Reference<T>,
                  eigen::Convolution<T>,
                  eigen::Normalization<T>,
                  eigen::Channelwise<T>,
                  eigen::Primitives<T> {
  using Size = std::size_t;
  using Index = Eigen::Index;

  // ---- convolutions, and what lies between them ----
  using eigen::Convolution<T>::conv, eigen::Convolution<T>::conv_dx, eigen::Convolution<T>::conv_dw;
  using eigen::Normalization<T>::prologue, eigen::Normalization<T>::prologue_dx;
  static void moments(Prologue g, const T* x, T* stats) {
    eigen::moments(g.n, Index{g.h} * g.w, g.c, g.epsilon, x, stats);
  }

  // ---- over each channel by itself ----
  using eigen::Channelwise<T>::depthwise, eigen::Channelwise<T>::depthwise_dx,
      eigen::Channelwise<T>::depthwise_dw, eigen::Channelwise<T>::max_pool;

  // ---- on any tensors ----
  using eigen::Primitives<T>::copy_channels, eigen::Primitives<T>::matmul;
  using eigen::Primitives<T>::resample, eigen::Primitives<T>::resample_dx;
  using eigen::Primitives<T>::multiply, eigen::Primitives<T>::multiply_ds;
  using eigen::Primitives<T>::reduce, eigen::Primitives<T>::reduce_dx;
  using eigen::Primitives<T>::normalize_rows, eigen::Primitives<T>::normalize_rows_dx;

  // ---- over values, and over rows of channels ----
  static void axpby(Size n, double a, const T* x, double b, T* y) {
    if (b == 0)
      array(n, y) = T(a) * array(n, x);
    else
      array(n, y) = T(a) * array(n, x) + T(b) * array(n, y);
  }
  static void affine(Size rows, int c, const T* x, const T* scale, const T* shift, T* y) {
    auto pixels = pixels_of(rows, c, y);
    pixels = pixels_of(rows, c, x).rowwise() * channels(c, scale);
    if (shift) pixels.rowwise() += channels(c, shift);
  }
  static void affine_dw(Size rows, int c, const T* x, const T* dy, T* dscale, T* dshift) {
    channels(c, dscale) += (pixels_of(rows, c, x) * pixels_of(rows, c, dy)).colwise().sum();
    column_sums(rows, c, dy, dshift);
  }
  static void column_sums(Size rows, int c, const T* dy, T* db) {
    channels(c, db) += pixels_of(rows, c, dy).template cast<double>().colwise().sum().template cast<T>();
  }

 private:
  template <class U> static auto array(Size n, U* x) { return channels(static_cast<Index>(n), x); }
  template <class U> static auto pixels_of(Size rows, int c, U* x) {  // (rows, C)
    return eigen::map(x, static_cast<Index>(rows), c).array();
  }
  template <class U> static auto channels(Index c, U* x) {
    using Values = eigen::Row<std::remove_const_t<U>>;
    return Eigen::Map<std::conditional_t<std::is_const_v<U>, const Values, Values>>(x, c);
  }
};

}  // namespace guise
