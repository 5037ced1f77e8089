// A translated face back into its picture, so that no seam shows: the change that the generator made is what
// is carried over, so that an unchanged face leaves the picture as it was and detail finer than the crop
// stays.
//
// The change e minimises, in the mask and with e = 0 at its rim (Perez et al. 2003, screened),
//   sum |grad e - grad d|^2 + hold |e - d|^2,      d = after - before,
// where `hold` grows from the rim inwards over the feather: gradients are the translation's everywhere, its
// colours are in the middle and come down to none at the rim. It is solved on the crop, coarse to fine, with
// relaxation on every level, and then laid over the picture through the frame. Throws Error where a crop is
// not square or the two differ in shape.
#pragma once
#include <guise/face/frame.hpp>

#include <array>
#include <cmath>
#include <vector>

namespace guise {

struct Blend {
  double feather = 0.35;  // of the mask's radius
  double radius = 0.97;   // of the crop's half side
  double hold = 4;        // how soon colours are the translation's: about 1 / sqrt(hold) of the feather
};

// How deep a place of the crop, in [-1, 1], lies in the mask: 0 from the rim on outwards, 1 behind the
// feather. The mask is a square with round corners: |x|^4 + |y|^4 < radius^4.
inline double mask_depth(double x, double y, const Blend& blend) {
  const double x2 = x * x, y2 = y * y, reach = std::sqrt(std::sqrt(x2 * x2 + y2 * y2)) / blend.radius;
  return std::clamp((1 - reach) / blend.feather, 0., 1.);
}

namespace blending {

using Field = std::vector<float>;  // (n, n, 3)

inline Field halved(const Field& fine, int n) {
  const int half = (n + 1) / 2;
  Field coarse(std::size_t(half) * std::size_t(half) * 3);
  for (int y = 0; y < half; ++y)
    for (int x = 0; x < half; ++x)
      for (int c = 0; c < 3; ++c) {
        float sum = 0;
        for (int k = 0; k < 4; ++k) {
          const int row = std::min(2 * y + k / 2, n - 1), column = std::min(2 * x + k % 2, n - 1);
          sum += fine[std::size_t((row * n + column) * 3 + c)];
        }
        coarse[std::size_t((y * half + x) * 3 + c)] = sum / 4;
      }
  return coarse;
}
inline float doubled(const Field& coarse, int half, int y, int x, int c) {  // bilinear
  const auto at = [&](int row, int column) {
    row = std::clamp(row, 0, half - 1), column = std::clamp(column, 0, half - 1);
    return coarse[std::size_t((row * half + column) * 3 + c)];
  };
  const int y0 = y / 2, x0 = x / 2, y1 = y0 + (y % 2 ? 1 : -1), x1 = x0 + (x % 2 ? 1 : -1);
  return (9 * at(y0, x0) + 3 * at(y1, x0) + 3 * at(y0, x1) + at(y1, x1)) / 16;
}

// Gauss-Seidel in two colours.
inline void relax(const Field& d, Field& e, const std::vector<float>& hold, int n, int sweeps) {
  for (int sweep = 0; sweep < 2 * sweeps; ++sweep)
    for (int y = 0; y < n; ++y)
      for (int x = (y + sweep) % 2; x < n; x += 2) {
        const int at = y * n + x;
        if (hold[std::size_t(at)] < 0) continue;
        const std::array<int, 4> around{y > 0 ? at - n : at, y + 1 < n ? at + n : at, x > 0 ? at - 1 : at,
                                        x + 1 < n ? at + 1 : at};
        for (int c = 0; c < 3; ++c) {
          const auto of = [&](const Field& f, int place) { return f[std::size_t(place * 3 + c)]; };
          const float here = of(d, at), held = hold[std::size_t(at)];
          float sum = held * here;
          for (int place : around) sum += of(e, place) + here - of(d, place);
          e[std::size_t(at * 3 + c)] = sum / (4 + held);
        }
      }
}

inline Field solve(const Field& d, int n, const Blend& blend) {
  std::vector<float> hold(std::size_t(n) * std::size_t(n));  // below 0: outside the mask
  const double strength = blend.hold / (blend.feather * blend.radius * n / 2);
  for (int y = 0; y < n; ++y)
    for (int x = 0; x < n; ++x) {
      const double depth = mask_depth((2 * x + 1.) / n - 1, (2 * y + 1.) / n - 1, blend);
      const double rim = y == 0 || x == 0 || y + 1 == n || x + 1 == n ? 0 : depth;
      hold[std::size_t(y * n + x)] = rim > 0 ? static_cast<float>(std::pow(strength * depth, 2)) : -1;
    }
  Field e(d.size(), 0.f);
  const bool coarsest = n <= 16;
  if (!coarsest) {  // what the coarse change differs in from the coarse difference is smooth
    const int half = (n + 1) / 2;
    const Field d2 = halved(d, n);
    Field correction = solve(d2, half, blend);
    for (std::size_t k = 0; k < correction.size(); ++k) correction[k] -= d2[k];
    for (int y = 0; y < n; ++y)
      for (int x = 0; x < n; ++x)
        for (int c = 0; c < 3 && hold[std::size_t(y * n + x)] >= 0; ++c) {
          const auto at = std::size_t((y * n + x) * 3 + c);
          e[at] = d[at] + doubled(correction, half, y, x, c);
        }
  }
  relax(d, e, hold, n, coarsest ? 60 : 12);
  return e;
}

// The cubic of Catmull and Rom through four values at -1, 0, 1, 2.
inline std::array<float, 4> cubic(double t_) {
  const auto t = static_cast<float>(t_);
  return {0.5f * t * (t * (2 - t) - 1), 0.5f * (t * t * (3 * t - 5) + 2), 0.5f * t * (t * (4 - 3 * t) + 1),
          0.5f * t * t * (t - 1)};
}
inline void add_cubic(const Field& field, int n, Point p, float* rgb) {
  const double x = p.x - 0.5, y = p.y - 0.5, left = std::floor(x), top = std::floor(y);
  const auto across = cubic(x - left), down = cubic(y - top);
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      const int row = static_cast<int>(top) - 1 + i, column = static_cast<int>(left) - 1 + j;
      if (row < 0 || row >= n || column < 0 || column >= n) continue;  // no change there
      const float weight = down[std::size_t(i)] * across[std::size_t(j)];
      for (int c = 0; c < 3; ++c) rgb[c] += weight * field[std::size_t((row * n + column) * 3 + c)];
    }
}

}  // namespace blending

// The change that is to be made, (side, side, 3), in the units of [-1, 1]; nothing from the rim on outwards.
template <class From, class To>
std::vector<float> seamless_change(const Images<From>& before, const Images<To>& after,
                                   const Blend& blend = {}) {
  if (before.shape != after.shape || before.n != 1 || before.shape.h != before.shape.w || before.shape.c != 3)
    throw Error("crop of " + std::to_string(before.shape.h) + "x" + std::to_string(before.shape.w) +
                " and translation of " + std::to_string(after.shape.h) + "x" + std::to_string(after.shape.w) +
                ": expected two squares of one size, in colour");
  blending::Field d(before.data.size());
  for (std::size_t k = 0; k < d.size(); ++k) d[k] = after.data[k] - before.data[k];
  return blending::solve(d, before.shape.h, blend);
}

// f(x, y) for every pixel whose centre the frame may show.
template <class F> void each_pixel_in(const Picture& picture, const Frame& frame, F f) {
  Point low{1e300, 1e300}, high{-1e300, -1e300};
  for (const Point corner : {Point{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
    const Point p = frame.out(corner, 1);
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  const auto first = [](double v, int n) {
    return static_cast<int>(std::clamp(std::floor(v), 0., double(n)));
  };
  for (int y = first(low.y, picture.height); y < first(high.y + 1, picture.height); ++y)
    for (int x = first(low.x, picture.width); x < first(high.x + 1, picture.width); ++x) f(x, y);
}

// Lays a change over the picture, in place; pixels outside the frame keep their bytes.
inline void apply_change(Picture& picture, const Frame& frame, const std::vector<float>& change, int side) {
  const int across = resample::places_across(side / frame.side);
  const float weight = 127.5f / static_cast<float>(across * across);
  each_pixel_in(picture, frame, [&](int x, int y) {
    float sum[3] = {};
    for (int k = 0; k < across * across; ++k) {
      const Point p = frame.in({x + (k % across + 0.5) / across, y + (k / across + 0.5) / across}, side);
      if (p.x > 0 && p.y > 0 && p.x < side && p.y < side) blending::add_cubic(change, side, p, sum);
    }
    unsigned char* rgb = picture.rgb.data() + std::ptrdiff_t{3} * (std::ptrdiff_t{y} * picture.width + x);
    for (int c = 0; c < 3; ++c)
      rgb[c] = static_cast<unsigned char>(std::clamp(std::lround(float(rgb[c]) + weight * sum[c]), 0l, 255l));
  });
}

}  // namespace guise
