// The mask of a blended face, and the screened Poisson equation that is solved in it (Perez et al. 2003): the
// change e that minimises, with e = 0 at the mask's rim,
//
//   sum |grad e - part grad d|^2 + hold |e - d|^2,      d = after - before,
//
// where `part` grows from 0 at the rim to 1 over the feather, and `hold` from 0 to its value: at the rim
// gradients are the picture's, in the middle gradients and colours are the translation's. It is solved from
// coarse to fine, with relaxation on every level. Throws Error for a Blend out of its ranges.
#pragma once
#include <guise/core/error.hpp>
#include <guise/core/index.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace guise {

struct Blend {
  double feather = 0.75;  // of the mask's radius, (0, 1]
  double radius = 0.97;   // of the crop's half side, (0, 1]
  double hold = 12;       // how strongly colours become the translation's in the middle, [0, 100]
};

inline void check(const Blend& blend) {
  const auto refuse = [](const char* what, double got, const char* expected) {
    throw Error(std::string("blend with a ") + what + " of " + std::to_string(got) + ": expected " +
                expected);
  };
  if (!(blend.feather > 0 && blend.feather <= 1)) refuse("feather", blend.feather, "above 0, at most 1");
  if (!(blend.radius > 0 && blend.radius <= 1)) refuse("radius", blend.radius, "above 0, at most 1");
  if (!(blend.hold >= 0 && blend.hold <= 100)) refuse("hold", blend.hold, "0 to 100");
}

// How deep a point of the crop, in [-1, 1], is in the mask: 0 from the rim on outwards, 1 further in than
// the feather.
// The mask is a square with round corners: |x|^4 + |y|^4 < radius^4.
inline double mask_depth(double x, double y, const Blend& blend) {
  const double x2 = x * x, y2 = y * y, reach = std::sqrt(std::sqrt(x2 * x2 + y2 * y2)) / blend.radius;
  return std::clamp((1 - reach) / blend.feather, 0., 1.);
}

namespace blending {

using Field = std::vector<float>;  // (n, n, 3)

inline Field halved(const Field& fine, int n) {
  const int half = (n + 1) / 2;
  Field coarse(Index{3} * half * half);
  for (int y = 0; y < half; ++y)
    for (int x = 0; x < half; ++x)
      for (int c = 0; c < 3; ++c) {
        float sum = 0;
        for (int k = 0; k < 4; ++k) {
          const int row = std::min(2 * y + k / 2, n - 1), column = std::min(2 * x + k % 2, n - 1);
          sum += fine[(row * n + column) * 3 + c];
        }
        coarse[(y * half + x) * 3 + c] = sum / 4;
      }
  return coarse;
}
inline float doubled(const Field& coarse, int half, int y, int x, int c) {  // bilinear
  const auto at = [&](int row, int column) {
    row = std::clamp(row, 0, half - 1), column = std::clamp(column, 0, half - 1);
    return coarse[(row * half + column) * 3 + c];
  };
  const int y0 = y / 2, x0 = x / 2, y1 = y0 + (y % 2 ? 1 : -1), x1 = x0 + (x % 2 ? 1 : -1);
  return (9 * at(y0, x0) + 3 * at(y1, x0) + 3 * at(y0, x1) + at(y1, x1)) / 16;
}

// The coefficients of the equation at a pixel: how far gradients are the translation's, and how strongly its
// colours attract. Outside the mask nothing changes.
struct Pull {
  float gradient = 0, colour = 0;
  bool inside = false;
};
inline std::vector<Pull> pulls(int n, const Blend& blend) {
  std::vector<Pull> result(Index{n} * n);
  const double strength = blend.hold / (blend.feather * blend.radius * n / 2);  // a pixel
  for (int y = 1; y + 1 < n; ++y)
    for (int x = 1; x + 1 < n; ++x) {
      const double depth = mask_depth((2 * x + 1.) / n - 1, (2 * y + 1.) / n - 1, blend),
                   squared = depth * depth;
      result[y * n + x] = {static_cast<float>(squared * (3 - 2 * depth)),
                           static_cast<float>(strength * strength * squared * squared), depth > 0};
    }
  return result;
}

// Red-black Gauss-Seidel. What does not change from sweep to sweep, the pull of d, is summed up before the first.
inline void relax(const Field& d, Field& e, const std::vector<Pull>& pull, int n, int sweeps) {
  Field pulled(d.size());
  std::vector<float> share(pull.size());  // of the sum of all pulls; 0 outside of the mask
  for (int y = 1; y + 1 < n; ++y)
    for (int x = 1; x + 1 < n; ++x) {
      const int at = y * n + x;
      const Pull& here = pull[at];
      if (!here.inside) continue;
      share[at] = 1 / (4 + here.colour);
      for (int c = 0; c < 3; ++c) pulled[at * 3 + c] = here.colour * d[at * 3 + c];
      for (int neighbour : {at - n, at + n, at - 1, at + 1}) {
        const float part = 0.5f * (here.gradient + pull[neighbour].gradient);
        for (int c = 0; c < 3; ++c) pulled[at * 3 + c] += part * (d[at * 3 + c] - d[neighbour * 3 + c]);
      }
    }
  const int row = 3 * n;
  for (int sweep = 0; sweep < 2 * sweeps; ++sweep)
    for (int y = 1; y + 1 < n; ++y)
      for (int x = 1 + (y + sweep + 1) % 2; x + 1 < n; x += 2) {
        const float here = share[y * n + x];
        if (here == 0) continue;
        float* middle = e.data() + y * row + 3 * x;
        const float* pull_here = pulled.data() + y * row + 3 * x;
        for (int c = 0; c < 3; ++c)
          middle[c] =
              here * (pull_here[c] + middle[c - row] + middle[c + row] + middle[c - 3] + middle[c + 3]);
      }
}

inline Field solve(const Field& d, int n, const Blend& blend) {
  const std::vector<Pull> pull = pulls(n, blend);
  Field e(d.size(), 0.f);
  const bool coarsest = n <= 16;
  if (!coarsest) {  // start with the coarse solution and the detail of d that it lacks
    const int half = (n + 1) / 2;
    const Field d2 = halved(d, n), e2 = solve(d2, half, blend);
    for (int y = 0; y < n; ++y)
      for (int x = 0; x < n; ++x)
        if (const int k = y * n + x; pull[k].inside)
          for (int c = 0; c < 3; ++c) {
            const int at = 3 * k + c;
            e[at] = doubled(e2, half, y, x, c) + pull[k].gradient * (d[at] - doubled(d2, half, y, x, c));
          }
  }
  relax(d, e, pull, n, coarsest ? 60 : 12);
  return e;
}

}  // namespace blending
}  // namespace guise
