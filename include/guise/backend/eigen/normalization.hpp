// What lies between two convolutions: moments, and the prologue and its gradient. A sample is seen in two
// ways: as (pixels, C) where channels count, as (H, W C) where rows and columns of the picture do.
#pragma once
#include <guise/backend/eigen/matrix.hpp>
#include <guise/backend/geometry.hpp>
#include <guise/backend/reference/products.hpp>

namespace guise::eigen {

template <class T> using Row = Eigen::Array<T, 1, Eigen::Dynamic>;  // a value for each channel

template <class Pixels> void activate(const Activation& a, Pixels&& x) {
  using T = typename std::remove_cvref_t<Pixels>::Scalar;
  if (a != Activation::none) x = x.unaryExpr([a](T v) { return reference::activate(a, v); });
}

template <class T> void moments(int n, Eigen::Index area, int c, double epsilon, const T* x, T* stats) {
  for (int sample = 0; sample < n; ++sample, x += area * c, stats += 2 * c) {
    const auto pixels = map(x, area, c).template cast<double>().array();
    const Row<double> mean = pixels.colwise().mean();
    const Row<double> variance = (pixels.rowwise() - mean).square().colwise().mean();
    auto pairs = map(stats, c, 2).array();
    pairs.col(0) = mean.transpose().cast<T>();
    pairs.col(1) = (variance + epsilon).rsqrt().transpose().cast<T>();
  }
}

template <class T> struct Normalization {
  using Index = Eigen::Index;

  static void prologue(Prologue g, const T* x, const T* stats, const T* skip, T* y) {
    const Index height = g.h + 2 * g.reflect, width = Index{g.w + 2 * g.reflect} * g.c;
    for (int sample = 0; sample < g.n; ++sample) {
      RowMajor<T> value = normalized(g, sample, x, stats);
      activate(g.activation, value);
      auto picture = map(y + sample * height * width, height, width);
      inner(g, picture) = map(value.data(), g.h, Index{g.w} * g.c);
      reflect(g, picture);
      if (skip) picture += map(skip + sample * height * width, height, width);
    }
  }
  static void prologue_dx(Prologue g, const T* x, const T* stats, const T* dy, T* dx) {
    const Index height = g.h + 2 * g.reflect, width = Index{g.w + 2 * g.reflect} * g.c,
                area = Index{g.h} * g.w;
    for (int sample = 0; sample < g.n; ++sample) {
      RowMajor<T> picture = map(dy + sample * height * width, height, width);
      fold(g, picture);
      auto d = map(dx + sample * area * g.c, area, g.c).array();
      map(d.data(), g.h, Index{g.w} * g.c) = inner(g, picture);
      if (g.activation == Activation::none && !g.normalize) continue;
      const RowMajor<T> value = normalized(g, sample, x, stats);
      if (g.activation != Activation::none)
        d *= value.array().unaryExpr(
            [a = g.activation](T v) { return reference::slope(a, reference::activate(a, v)); });
      if (!g.normalize) continue;
      const Row<T> inverse = map(stats + 2 * sample * g.c, g.c, 2).col(1).transpose();
      const Row<T> mean = d.template cast<double>().colwise().mean().template cast<T>();
      const Row<T> dot = (d.template cast<double>() * value.array().template cast<double>())
                             .colwise()
                             .mean()
                             .template cast<T>();
      d = ((d.rowwise() - mean) - value.array().rowwise() * dot).rowwise() * inverse;
    }
  }

 private:
  static RowMajor<T> normalized(Prologue g, int sample, const T* x, const T* stats) {  // (pixels, C)
    const auto pixels = map(x + Index{sample} * g.h * g.w * g.c, Index{g.h} * g.w, g.c).array();
    if (!g.normalize) return pixels;
    const auto pairs = map(stats + 2 * sample * g.c, g.c, 2);
    const Row<T> mean = pairs.col(0).transpose(), inverse = pairs.col(1).transpose();
    return (pixels.rowwise() - mean).rowwise() * inverse;
  }

  // ---- reflection: what lies k pixels beyond the border is what lies k pixels within it ----
  template <class Picture> static auto inner(Prologue g, Picture& picture) {
    return picture.block(g.reflect, g.reflect * g.c, g.h, g.w * g.c);
  }
  template <class Picture> static auto column(Prologue g, Picture& picture, int k) {  // k may be beyond
    return picture.block(g.reflect, (g.reflect + k) * g.c, g.h, g.c);
  }
  template <class Picture> static void reflect(Prologue g, Picture& picture) {
    const int last = g.w - 1, bottom = g.reflect + g.h - 1;
    for (int k = 1; k <= g.reflect; ++k) {
      column(g, picture, -k) = column(g, picture, k);
      column(g, picture, last + k) = column(g, picture, last - k);
    }
    for (int k = 1; k <= g.reflect; ++k) {
      picture.row(g.reflect - k) = picture.row(g.reflect + k);
      picture.row(bottom + k) = picture.row(bottom - k);
    }
  }
  template <class Picture>
  static void fold(Prologue g, Picture& picture) {  // its gradient: the other way round
    const int last = g.w - 1, bottom = g.reflect + g.h - 1;
    for (int k = 1; k <= g.reflect; ++k) {
      picture.row(g.reflect + k) += picture.row(g.reflect - k);
      picture.row(bottom - k) += picture.row(bottom + k);
    }
    for (int k = 1; k <= g.reflect; ++k) {
      column(g, picture, k) += column(g, picture, -k);
      column(g, picture, last - k) += column(g, picture, last + k);
    }
  }
};

}  // namespace guise::eigen
