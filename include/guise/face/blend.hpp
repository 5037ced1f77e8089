// Blending puts a translated face back into its picture so that no seam shows. `seamless_layer` computes a
// layer, and `composite` puts it over the picture:
//
//   picture (1 - share) + layer
//
// What is added is the change that the generator made, without a jump at the mask's rim
// (screened_poisson.hpp). The picture also has fine detail that the crop does not have. It is kept where the
// translation is, near by, the same face in other colours; elsewhere it would be the detail of the old face
// on the new one, and `share` of the picture is replaced by the crop. So an unchanged face leaves the picture
// as it was, and of a wholly new face only the translation is seen. Throws Error where a crop is not square,
// the two differ in shape, or a Blend is out of its ranges.
#pragma once
#include <guise/core/cubic_weights.hpp>
#include <guise/face/frame.hpp>
#include <guise/face/pixels.hpp>
#include <guise/face/screened_poisson.hpp>

#include <cmath>
#include <iterator>
#include <vector>

namespace guise {

namespace blending {

// The mean over the (2 reach + 1)^2 pixels around each pixel of an n x n field, as far as they are within it. Down, all
// columns go on together, which reads and writes rows.
inline std::vector<float> box_mean(const std::vector<float>& field, int n, int reach) {
  std::vector<float> across(field.size()), result(field.size());
  const auto pixels = [&](int i) {  // in the window around i, along one side
    return std::min(i + reach, n - 1) - std::max(i - reach, 0) + 1;
  };
  for (int y = 0; y < n; ++y) {
    const float* in = field.data() + y * n;
    double sum = 0;
    for (int x = 0; x < std::min(reach, n); ++x) sum += double(in[x]);
    for (int x = 0; x < n; ++x) {
      if (x + reach < n) sum += double(in[x + reach]);
      if (x - reach > 0) sum -= double(in[x - reach - 1]);
      across[y * n + x] = static_cast<float>(sum / pixels(x));
    }
  }
  std::vector<double> sums(n);
  const auto add = [&](int y, double sign) {
    const float* in = across.data() + y * n;
    for (int x = 0; x < n; ++x) sums[x] += sign * double(in[x]);
  };
  for (int y = 0; y < std::min(reach, n); ++y) add(y, 1);
  for (int y = 0; y < n; ++y) {
    if (y + reach < n) add(y + reach, 1);
    if (y - reach > 0) add(y - reach - 1, -1);
    const double count = pixels(y);
    for (int x = 0; x < n; ++x) result[y * n + x] = static_cast<float>(sums[x] / count);
  }
  return result;
}

// How much of the picture's detail is kept at each pixel of the crop, (n, n): the slope of the line that fits
// `after` to `before` around the pixel (He et al. 2010) where they are correlated, else 0; 1 where all is
// flat.
inline std::vector<float> kept_detail(const float* before, const float* after, int n) {
  constexpr float unseen = 1e-5f;  // a variance below a level of 255, squared
  const int reach = std::max(2, n / 32);
  const Index pixels = Index{n} * n;
  std::vector<float> xx(pixels), xy(pixels), yy(pixels), x(pixels), y(pixels);
  std::vector<float> variance_x(pixels, unseen), variance_y(pixels, unseen), covariance(pixels, unseen);
  for (int c = 0; c < 3; ++c) {
    for (Index k = 0; k < pixels; ++k) {
      x[k] = before[3 * k + c], y[k] = after[3 * k + c];
      xx[k] = x[k] * x[k], xy[k] = x[k] * y[k], yy[k] = y[k] * y[k];
    }
    const auto mx = box_mean(x, n, reach), my = box_mean(y, n, reach), mxx = box_mean(xx, n, reach),
               mxy = box_mean(xy, n, reach), myy = box_mean(yy, n, reach);
    for (Index k = 0; k < pixels; ++k) {
      variance_x[k] += std::max(0.f, mxx[k] - mx[k] * mx[k]);
      variance_y[k] += std::max(0.f, myy[k] - my[k] * my[k]);
      covariance[k] += mxy[k] - mx[k] * my[k];
    }
  }
  for (Index k = 0; k < pixels; ++k) {
    const float slope = covariance[k] / variance_x[k];
    const float correlation = covariance[k] / std::sqrt(variance_x[k] * variance_y[k]);
    const float alike = std::clamp((correlation - 0.8f) / 0.15f, 0.f, 1.f);
    covariance[k] = alike * std::clamp(slope, 0.f, 1.f);
  }
  return box_mean(covariance, n, reach);
}

inline void add_cubic(const std::vector<float>& layer, int n, Point p, float* sum) {
  const double x = p.x - 0.5, y = p.y - 0.5, left = std::floor(x), top = std::floor(y);
  const auto across = cubic_weights(x - left), down = cubic_weights(y - top);
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      const int row = static_cast<int>(top) - 1 + i, column = static_cast<int>(left) - 1 + j;
      if (row < 0 || row >= n || column < 0 || column >= n) continue;  // no change there
      const float weight = down[i] * across[j];
      const float* at = layer.data() + Index{4} * (row * n + column);
      for (int c = 0; c < 4; ++c) sum[c] += weight * at[c];
    }
}

}  // namespace blending

// The layer, (side, side, 4): colours in the units of [-1, 1], and the share. It is 0 outside of the mask.
template <class From, class To>
std::vector<float> seamless_layer(const Images<From>& before, const Images<To>& after,
                                  const Blend& blend = {}) {
  if (before.shape != after.shape || before.n != 1 || before.shape.h != before.shape.w || before.shape.c != 3)
    throw Error("crop of " + std::to_string(before.shape.h) + "x" + std::to_string(before.shape.w) +
                " and translation of " + std::to_string(after.shape.h) + "x" + std::to_string(after.shape.w) +
                ": expected two squares of one size, in colour");
  check(blend);
  const int n = before.shape.h;
  blending::Field difference(before.data.size());
  for (Index k = 0; k < std::ssize(difference); ++k) difference[k] = after.data[k] - before.data[k];
  const blending::Field change = blending::solve(difference, n, blend);
  const std::vector<float> kept = blending::kept_detail(before.data.data(), after.data.data(), n);
  std::vector<float> layer(kept.size() * 4);
  for (int k = 0; k < n * n; ++k) {
    const int x = k % n, y = k / n;
    const auto depth = static_cast<float>(mask_depth((2 * x + 1.) / n - 1, (2 * y + 1.) / n - 1, blend));
    const float share = (1 - kept[k]) * std::min(1.f, 2 * depth);
    for (int c = 0; c < 3; ++c) layer[4 * k + c] = share * before.data[3 * k + c] + change[3 * k + c];
    layer[4 * k + 3] = share;
  }
  return layer;
}

inline Box box_of(const Frame& frame) {
  return box_around({0, 0, 1, 1}, [&](Point p) { return frame.out(p, 1); });
}

// Puts the layer over the picture, in place. Pixels outside the frame keep their bytes.
inline void composite(Picture& picture, const Frame& frame, const std::vector<float>& layer, int side) {
  picture.check();
  const int across = sampling::places_across(side / frame.side);
  const float part = 1 / static_cast<float>(across * across);
  each_pixel_in(picture, box_of(frame), [&](int x, int y) {
    float sum[4] = {};
    for (int k = 0; k < across * across; ++k) {
      const Point p = frame.in({x + (k % across + 0.5) / across, y + (k / across + 0.5) / across}, side);
      if (p.x > 0 && p.y > 0 && p.x < side && p.y < side) blending::add_cubic(layer, side, p, sum);
    }
    unsigned char* rgb = pixel(picture, x, y);
    const float share = part * sum[3];
    for (int c = 0; c < 3; ++c) {
      const float level = (1 - share) * float(rgb[c]) + 127.5f * (share + part * sum[c]);
      rgb[c] = static_cast<unsigned char>(std::clamp(std::lround(level), 0l, 255l));
    }
  });
}

}  // namespace guise
