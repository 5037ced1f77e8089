// Structural similarity between two batches of one shape (Wang, Bovik, Sheikh, Simoncelli 2004), pixels on
// the scale [0, 1]: Gaussian window of 11x11 with deviation 1.5, K of 0.01 and 0.03, the mean over all places
// where the window fits, over channels and pictures. 1 where equal. A picture narrower or lower than 11 has
// the window clipped to its width or height, the weights centred and summing to 1. Throws Error where the
// shapes differ or a batch is empty.
#pragma once
#include <guise/core/window_weights.hpp>
#include <guise/metrics/compare.hpp>

#include <cstddef>
#include <vector>

namespace guise {

namespace metrics {

struct Plane {
  int height, width;
  std::vector<double> values;  // (H, W)
};

// The weighted means at all places where the window fits, down one axis; the result is transposed, so that
// twice gives both axes.
inline Plane blurred(const Plane& plane) {
  const std::vector<double> weights = gaussian_window(plane.height);
  const int taps = static_cast<int>(weights.size());
  Plane result{plane.width, plane.height - taps + 1, {}};
  result.values.reserve(static_cast<std::size_t>(result.height) * static_cast<std::size_t>(result.width));
  for (int x = 0; x < plane.width; ++x)
    for (int y = 0; y <= plane.height - taps; ++y) {
      double sum = 0;
      for (int k = 0; k < taps; ++k)
        sum += weights[static_cast<std::size_t>(k)] *
               plane.values[static_cast<std::size_t>(y + k) * static_cast<std::size_t>(plane.width) +
                            static_cast<std::size_t>(x)];
      result.values.push_back(sum);
    }
  return result;
}

}  // namespace metrics

template <class Domain> double ssim(const Images<Domain>& x, const Images<Domain>& y) {
  metrics::check(x, y);
  const std::size_t channels = static_cast<std::size_t>(x.shape.c), pixels = x.shape.floats() / channels;
  constexpr double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
  double sum = 0;
  for (std::size_t part = 0; part < static_cast<std::size_t>(x.n) * channels; ++part) {
    const std::size_t first = part / channels * x.shape.floats() + part % channels;
    const auto blur = [&](auto product) {  // of a function of the two values at each pixel
      metrics::Plane plane{x.shape.h, x.shape.w, std::vector<double>(pixels)};
      for (std::size_t k = 0; k < pixels; ++k) {
        const std::size_t at = first + k * channels;
        plane.values[k] = product((x.data[at] + 1.0) / 2, (y.data[at] + 1.0) / 2);
      }
      return metrics::blurred(metrics::blurred(plane)).values;
    };
    const auto mx = blur([](double u, double) { return u; }), my = blur([](double, double v) { return v; });
    const auto xx = blur([](double u, double) { return u * u; }),
               yy = blur([](double, double v) { return v * v; }),
               xy = blur([](double u, double v) { return u * v; });
    double similarity = 0;
    for (std::size_t k = 0; k < mx.size(); ++k) {
      const double means = mx[k] * my[k], squares = mx[k] * mx[k] + my[k] * my[k];
      similarity +=
          (2 * means + c1) * (2 * (xy[k] - means) + c2) / ((squares + c1) * (xx[k] + yy[k] - squares + c2));
    }
    sum += similarity / static_cast<double>(mx.size());
  }
  return sum / static_cast<double>(static_cast<std::size_t>(x.n) * channels);
}

}  // namespace guise
