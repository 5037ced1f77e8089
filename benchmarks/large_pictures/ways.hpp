// Ways from a small picture, its translation and the large picture to a large translation, beside the one that the
// library has (guise/deploy/detail_translator.hpp). Plain loops, for comparison.
#pragma once
#include <guise/core/cubic_weights.hpp>
#include <guise/core/index.hpp>
#include <guise/core/shape.hpp>
#include <guise/face/blend.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

struct Field {  // (H, W, C)
  guise::Shape shape;
  std::vector<float> values = std::vector<float>(shape.floats());

  float* at(int y, int x) { return values.data() + (guise::Index{y} * shape.w + x) * shape.c; }
  const float* at(int y, int x) const { return const_cast<Field*>(this)->at(y, x); }
};

// f(y, x, to) for every pixel of a new field.
template <class F> Field made(guise::Shape shape, F f) {
  Field result{shape};
  for (int y = 0; y < shape.h; ++y)
    for (int x = 0; x < shape.w; ++x) f(y, x, result.at(y, x));
  return result;
}

inline Field enlarged(const Field& from, guise::Shape to) {
  const auto [channels, height, width] = from.shape;
  return made({channels, to.h, to.w}, [&, c = channels, h = height, w = width](int y, int x, float* sum) {
    const double row = (y + 0.5) * h / to.h - 0.5, column = (x + 0.5) * w / to.w - 0.5;
    const int top = static_cast<int>(std::floor(row)), left = static_cast<int>(std::floor(column));
    const auto down = guise::cubic_weights(row - top), across = guise::cubic_weights(column - left);
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) {
        const float* value = from.at(std::clamp(top + i - 1, 0, h - 1), std::clamp(left + j - 1, 0, w - 1));
        for (int k = 0; k < c; ++k) sum[k] += down[i] * across[j] * value[k];
      }
  });
}

struct Seen {
  const Field &large, &small, &translated;

  Field change() const {
    return made(small.shape, [&](int y, int x, float* to) {
      for (int c = 0; c < 3; ++c) to[c] = translated.at(y, x)[c] - small.at(y, x)[c];
    });
  }
};

// A Laplacian pyramid whose low band is the translation and whose high bands are the picture's, times a mask (H, W, 1).
inline Field with_bands(const Seen& seen, const Field& mask) {
  const Field low = enlarged(seen.translated, seen.large.shape), was = enlarged(seen.small, seen.large.shape),
              kept = enlarged(mask, seen.large.shape);
  return made(seen.large.shape, [&](int y, int x, float* to) {
    for (int c = 0; c < 3; ++c)
      to[c] = low.at(y, x)[c] + kept.at(y, x)[0] * (seen.large.at(y, x)[c] - was.at(y, x)[c]);
  });
}
inline Field all_bands(const Seen& seen) {
  Field mask{{1, seen.small.shape.h, seen.small.shape.w}};
  std::ranges::fill(mask.values, 1.f);
  return with_bands(seen, mask);
}
// Bands are kept where the change is small against `size`.
inline Field bands_of_small_change(const Seen& seen, double size) {
  const Field change = seen.change();
  return with_bands(
      seen, made({1, change.shape.h, change.shape.w}, [&](int y, int x, float* to) {
        const float* d = change.at(y, x);
        to[0] = std::exp(-(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) / static_cast<float>(2 * size * size));
      }));
}
// Bands are kept where small picture and translation are alike, as blending a face does it. Squares.
inline Field bands_of_the_alike(const Seen& seen) {
  const int n = seen.small.shape.h;
  const auto kept = guise::blending::kept_detail(seen.small.values.data(), seen.translated.values.data(), n);
  return with_bands(seen, {{1, n, n}, kept});
}

// Joint bilateral upsampling of the change (Kopf et al. 2007), on 4x4 small pixels; `size`: of differences in colour.
inline Field joint_bilateral(const Seen& seen, double size) {
  const Field change = seen.change();
  const auto [channels, h, w] = change.shape;
  const auto range = static_cast<float>(1 / (2 * size * size));
  return made(seen.large.shape, [&, h = h, w = w](int y, int x, float* to) {
    const double row = (y + 0.5) * h / seen.large.shape.h - 0.5,
                 column = (x + 0.5) * w / seen.large.shape.w - 0.5;
    const float* here = seen.large.at(y, x);
    float total = 0;
    for (int i = static_cast<int>(std::floor(row)) - 1, end = i + 4; i < end; ++i)
      for (int j = static_cast<int>(std::floor(column)) - 1, last = j + 4; j < last; ++j) {
        const int r = std::clamp(i, 0, h - 1), q = std::clamp(j, 0, w - 1);
        const float* guide = seen.small.at(r, q);
        float apart = 0;
        for (int c = 0; c < 3; ++c) apart += (here[c] - guide[c]) * (here[c] - guide[c]);
        const double away = (i - row) * (i - row) + (j - column) * (j - column);
        const float weight = std::exp(-apart * range - static_cast<float>(away / 2)) + 1e-12f;
        total += weight;
        for (int c = 0; c < 3; ++c) to[c] += weight * change.at(r, q)[c];
      }
    for (int c = 0; c < 3; ++c) to[c] = here[c] + to[c] / total;
  });
}

// The mean of the 3x3 pixels around each.
inline Field box(const Field& from) {
  return made(from.shape, [&](int y, int x, float* to) {
    for (int i = -1; i <= 1; ++i)
      for (int j = -1; j <= 1; ++j)
        for (int c = 0; c < from.shape.c; ++c)
          to[c] +=
              from.at(std::clamp(y + i, 0, from.shape.h - 1), std::clamp(x + j, 0, from.shape.w - 1))[c] / 9;
  });
}
// The fast guided filter (He and Sun 2015), each channel by itself: a and b of a x + b fitted small, applied large.
inline Field guided(const Seen& seen, double epsilon) {
  const Field moments = box(made({12, seen.small.shape.h, seen.small.shape.w}, [&](int y, int x, float* to) {
    for (int c = 0; c < 3; ++c) {
      const float s = seen.small.at(y, x)[c], t = seen.translated.at(y, x)[c];
      to[c] = s, to[3 + c] = t, to[6 + c] = s * s, to[9 + c] = s * t;
    }
  }));
  const Field lines = enlarged(box(made({6, moments.shape.h, moments.shape.w},
                                        [&](int y, int x, float* to) {
                                          const float* m = moments.at(y, x);
                                          for (int c = 0; c < 3; ++c) {
                                            const float variance = m[6 + c] - m[c] * m[c];
                                            to[c] =
                                                (m[9 + c] - m[c] * m[3 + c]) / (variance + float(epsilon));
                                            to[3 + c] = m[3 + c] - to[c] * m[c];
                                          }
                                        })),
                               seen.large.shape);
  return made(seen.large.shape, [&](int y, int x, float* to) {
    for (int c = 0; c < 3; ++c) to[c] = lines.at(y, x)[c] * seen.large.at(y, x)[c] + lines.at(y, x)[3 + c];
  });
}
