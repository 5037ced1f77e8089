// The change that a translation made of a small picture, carried to the rows of the large picture x that it was made of.
// With s the small picture and `up` the enlargement by cubic_weights:
//
//   x + up(e) + up(D) (x - up(s))
//
// x - up(s) is the detail that the small picture lacks. D is a 3x3 matrix for each small pixel: with an offset the
// linear map that gives the change d from s best around it, in the least squares of a Gaussian window of 5x5, drawn
// towards 0 where s is nearly flat. What happened to the colours of a place happens to its detail too. e is what the map
// gives of s, the change that the picture explains, and a share of what remains of d. So a change that follows the
// picture's edges has the edges of the large picture, detail that the translation painted over disappears, and where
// nothing changes, D and e are zero and x stays as it is. Linear maps between neighbouring pixels of two pictures are
// those of the guided filter (He, Sun and Tang 2010), applied to a larger picture those of its fast form (He and Sun
// 2015).
#pragma once
#include <guise/core/cubic_weights.hpp>
#include <guise/core/index.hpp>
#include <guise/core/shape.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace guise::detail {

struct Matrix3 {
  float at[3][3];
};

// The solution D of D (covariance + ridge) = product, by elimination: the matrix on the left is symmetric and positive.
inline Matrix3 ridge_regression(Matrix3 covariance, Matrix3 product, float ridge) {
  auto& a = covariance.at;
  auto& d = product.at;
  for (int k = 0; k < 3; ++k) a[k][k] += ridge;
  for (int k = 0; k < 3; ++k)
    for (int column = k + 1; column < 3; ++column) {
      const float factor = a[k][column] / a[k][k];
      for (int row = k; row < 3; ++row) a[row][column] -= factor * a[row][k];
      for (auto& row : d) row[column] -= factor * row[k];
    }
  for (auto& row : d)
    for (int k = 2; k >= 0; --k) {
      for (int later = k + 1; later < 3; ++later) row[k] -= row[later] * a[later][k];
      row[k] /= a[k][k];
    }
  return product;
}

class CarriedChange {
 public:
  // (small.h, small.w, 3) before and after the translation, in [-1, 1]. ridge: the variance of s, in these units, below
  // which its changes say little about those of d.
  CarriedChange(Shape small, const float* before, const float* after, float ridge, float unexplained,
                Shape large)
      : small_(small), large_(large), maps_(Index{small.h} * small.w) {
    std::vector<float> change(small.floats());
    for (std::size_t k = 0; k < change.size(); ++k) change[k] = after[k] - before[k];
    for (int y = 0; y < small.h; ++y)
      for (int x = 0; x < small.w; ++x) {
        const Index at = Index{y} * small.w + x;
        maps_[at] = map_around(y, x, before, change.data(), ridge, unexplained);
      }
    for (int x = 0; x < large.w; ++x) columns_.push_back(place(x, large.w, small.w));
  }

  // The row `y` of the large picture, (W, 3), in place.
  void add_to(int y, float* row) {
    const Place rows = place(y, large_.h, small_.h);
    enlarged_.assign(small_.w, Map{});
    for (int k = 0; k < 4; ++k) {
      const Map* from = maps_.data() + Index{rows.at[k]} * small_.w;
      for (int x = 0; x < small_.w; ++x) add(enlarged_[x], rows.weight[k], from[x]);
    }
    for (const Place& columns : columns_) {
      Map map{};
      for (int k = 0; k < 4; ++k) add(map, columns.weight[k], enlarged_[columns.at[k]]);
      const float lacking[3] = {row[0] - map[3], row[1] - map[4], row[2] - map[5]};
      for (int c = 0; c < 3; ++c) {
        const float* of = &map[6 + 3 * c];
        row[c] += map[c] + (of[0] * lacking[0] + of[1] * lacking[1] + of[2] * lacking[2]);
        row[c] = std::clamp(row[c], -1.f, 1.f);
      }
      row += 3;
    }
  }

 private:
  using Map = std::array<float, 16>;  // of one pixel: e, s, D by rows; the last is for the vectors' sake
  struct Place {                      // of a pixel among those of the small picture, whose border goes on
    std::array<int, 4> at;
    std::array<float, 4> weight;
  };

  static void add(Map& sum, float weight, const Map& map) {
    for (std::size_t k = 0; k < map.size(); ++k) sum[k] += weight * map[k];
  }
  static Place place(int k, int large, int small) {
    const double at = (k + 0.5) * small / large - 0.5, first = std::floor(at);
    Place result{{}, cubic_weights(at - first)};
    for (int j = 0; j < 4; ++j) result.at[j] = std::clamp(static_cast<int>(first) + j - 1, 0, small - 1);
    return result;
  }

  // Differences to the middle pixel, so that no digits are lost where the picture is bright, and none differ where
  // nothing does.
  Map map_around(int y, int x, const float* s, const float* d, float ridge, float unexplained) const {
    static constexpr float binomial[5] = {1 / 16.f, 4 / 16.f, 6 / 16.f, 4 / 16.f, 1 / 16.f};
    const Index middle = 3 * (Index{y} * small_.w + x);
    Matrix3 ss{}, ds{};
    float mean_s[3] = {}, mean_d[3] = {};
    for (int i = -2; i <= 2; ++i)
      for (int j = -2; j <= 2; ++j) {
        const int row = std::clamp(y + i, 0, small_.h - 1), column = std::clamp(x + j, 0, small_.w - 1);
        const Index at = 3 * (Index{row} * small_.w + column);
        const float weight = binomial[i + 2] * binomial[j + 2];
        for (int c = 0; c < 3; ++c) {
          const float a = weight * (s[at + c] - s[middle + c]), b = weight * (d[at + c] - d[middle + c]);
          mean_s[c] += a, mean_d[c] += b;
          for (int k = 0; k < 3; ++k) {
            ss.at[c][k] += a * (s[at + k] - s[middle + k]);
            ds.at[c][k] += b * (s[at + k] - s[middle + k]);
          }
        }
      }
    for (int c = 0; c < 3; ++c)
      for (int k = 0; k < 3; ++k) ss.at[c][k] -= mean_s[c] * mean_s[k], ds.at[c][k] -= mean_d[c] * mean_s[k];
    const Matrix3 map = ridge_regression(ss, ds, ridge);
    Map result{};
    for (int c = 0; c < 3; ++c) {
      float given = mean_d[c];  // more than d, of the map in the middle
      for (int k = 0; k < 3; ++k) given -= map.at[c][k] * mean_s[k];
      result[c] = d[middle + c] + (1 - unexplained) * given;
    }
    std::copy_n(s + middle, 3, result.data() + 3);
    std::copy_n(&map.at[0][0], 9, result.data() + 6);
    return result;
  }

  Shape small_, large_;
  std::vector<Map> maps_;
  std::vector<Place> columns_;
  std::vector<Map> enlarged_;  // the maps of one row of the large picture, as narrow as the small one
};

}  // namespace guise::detail
