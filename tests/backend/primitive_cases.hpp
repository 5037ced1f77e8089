// Calls of the general operations on tensors at sizes round every border, for whoever holds one backend
// against another: check(run), where run(backend) -> Values.
#pragma once
#include "values.hpp"
#include <guise/backend/primitives.hpp>

#include <initializer_list>

namespace guise::test {

inline Values all_of(std::initializer_list<Values> parts) {
  Values all;
  for (const Values& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

template <class F> void channel_copies(F check) {
  for (std::size_t rows : {1u, 7u, 400u})
    for (int count : {1, 3, 16, 37, 64})
      check([=](const auto& b) {
        const On x(b, noise(rows * std::size_t(count + 3), 1));
        On y(b, rows * std::size_t(count + 5)), z(b, rows * std::size_t(count));
        b.copy_channels(rows, count, x, count + 3, 2, y, count + 5, 4);
        b.copy_channels(rows, count, x, count + 3, 0, z, count, 0);
        return all_of({y.values(), z.values()});
      });
}

template <class F> void dropouts(F check) {
  for (std::size_t n : {1u, 15u, 255u, 257u, 40'001u})
    for (double rate : {0.0, 0.2, 0.5})
      check([=](const auto& b) {
        const On x(b, noise(n, 1)), counter(b, Values{16'777'215, 3});
        On y(b, n), same(b, noise(n, 2));
        b.dropout(n, rate, 7, counter, x, y);
        b.dropout(n, rate, (1ull << 63) + 7, counter, same, same);
        return all_of({y.values(), same.values()});
      });
}

inline Resample resample_of(Filter filter, int factor, int n, int h, int w, int c) {
  return {n, h, w, c, resampled_side(filter, factor, h), resampled_side(filter, factor, w), filter, factor};
}
inline std::size_t inputs(Resample g) { return std::size_t(g.n) * std::size_t(g.h * g.w * g.c); }
inline std::size_t outputs(Resample g) { return std::size_t(g.n) * std::size_t(g.out_h * g.out_w * g.c); }
template <class F> void every_resample(F f) {
  for (int c : {1, 3, 16, 33})
    for (auto [filter, factor] : {std::pair{Filter::nearest_up, 1},
                                  {Filter::nearest_up, 2},
                                  {Filter::nearest_up, 3},
                                  {Filter::bilinear_up, 1},
                                  {Filter::bilinear_up, 2},
                                  {Filter::bilinear_up, 3},
                                  {Filter::bilinear_up, 4},
                                  {Filter::blur_down, 2},
                                  {Filter::average_pool, 1},
                                  {Filter::average_pool, 2},
                                  {Filter::average_pool, 3}})
      for (auto [h, w] : {std::pair{5, 8}, {7, 3}, {2, 6}})
        if (filter != Filter::average_pool || std::min(h, w) >= factor)
          f(resample_of(filter, factor, 2, h, w, c));
  f(resample_of(Filter::bilinear_up, 2, 1, 1, 1, 5));
  f(resample_of(Filter::blur_down, 2, 1, 40, 31, 24));
}
template <class F> void resamples(F check) {
  every_resample([&](Resample g) {
    check([=](const auto& b) {
      const On x(b, noise(inputs(g), 1)), dy(b, noise(outputs(g), 2));
      On y(b, outputs(g)), dx(b, inputs(g));
      b.resample(g, x, y);
      b.resample_dx(g, dy, dx);
      return all_of({y.values(), dx.values()});
    });
  });
}

template <class F> void broadcasts_and_sums(F check) {
  for (bool pixels : {false, true})
    for (bool channels : {false, true})
      for (auto [area, c] : {std::pair{1, 1}, {1, 40}, {9, 3}, {300, 16}, {255, 31}, {257, 33}, {700, 5}}) {
        const std::size_t n = 2 * std::size_t(area) * std::size_t(c);
        const std::size_t kept = 2 * (pixels ? 1 : std::size_t(area)) * (channels ? 1 : std::size_t(c));
        check([=, area = area, c = c](const auto& b) {
          const Broadcast g{2, area, c, pixels, channels};
          const On x(b, noise(n, 1)), s(b, noise(kept, 2)), dy(b, noise(n, 3));
          On y(b, n), same(b, noise(n, 4));
          b.multiply(g, x, s, y);
          b.multiply(g, same, s, same);
          return all_of({y.values(), same.values()});
        });
        check([=, area = area, c = c](const auto& b) {
          const On x(b, noise(n, 1)), dy(b, noise(n, 3));
          On ds(b, kept);
          b.multiply_ds(Broadcast{2, area, c, pixels, channels}, x, dy, ds);
          return ds.values();
        });
        for (bool mean : {false, true})
          check([=, area = area, c = c](const auto& b) {
            const Reduce g{2, area, c, pixels, channels, mean};
            const On x(b, noise(n, 1, 0.5f)), dy(b, noise(kept, 2));
            On y(b, kept), dx(b, n);
            b.reduce(g, x, y);
            b.reduce_dx(g, dy, dx);
            return mean ? all_of({y.values(), dx.values()}) : y.values();
          });
      }
}

template <class F> void matrix_products(F check) {
  struct Size {
    int batch, m, n, k;
  };
  for (const auto& [batch, m, n, k] : {Size{1, 1, 1, 1},
                                       {3, 5, 7, 9},
                                       {2, 63, 65, 17},
                                       {1, 64, 64, 16},
                                       {1, 15, 33, 511},
                                       {1, 70, 3, 513},
                                       {2, 3, 300, 40},
                                       {1, 130, 20, 1030}})
    for (bool transpose_a : {false, true})
      for (bool transpose_b : {false, true})
        check([=, batch = batch, m = m, n = n, k = k](const auto& b) {
          const On left(b, noise(std::size_t(batch * m * k), 1)),
              right(b, noise(std::size_t(batch * k * n), 2));
          On y(b, std::size_t(batch * m * n));
          b.matmul({batch, m, n, k, transpose_a, transpose_b}, left, right, y);
          return y.values();
        });
  check([](const auto& b) {  // a sum of nothing
    const On none(b, Values(1));
    On y(b, std::size_t{6});
    b.matmul({1, 2, 3, 0}, none, none, y);
    return y.values();
  });
}

template <class F> void rows_by_index(F check) {
  for (std::size_t floats : {1u, 3u, 16u, 127u, 129u, 300u})
    check([=](const auto& b) {
      const On index(b, Values{4, 0, 4, 2, 4, 0}), x(b, noise(5 * floats, 1)), dy(b, noise(6 * floats, 2));
      On y(b, 6 * floats), dx(b, noise(5 * floats, 3));
      b.gather_rows(6, floats, index, x, y);
      b.gather_rows_dx(6, floats, index, dy, dx);
      return all_of({y.values(), dx.values()});
    });
}

template <class F> void rows_by_themselves(F check) {
  for (auto [rows, c] : {std::pair{1, 1}, {5, 3}, {3, 16}, {9, 31}, {40, 33}, {300, 70}, {2, 700}})
    check([=, rows = std::size_t(rows), c = c](const auto& b) {
      Values some = noise(rows * std::size_t(c), 1);
      std::fill_n(some.begin(), c, 0.f);  // a row without a direction
      const On x(b, some), dy(b, noise(some.size(), 2));
      On y(b, some.size()), dx(b, some.size());
      b.normalize_rows(rows, c, 0.1, x, y);
      b.normalize_rows_dx(rows, c, 0.1, x, dy, dx);
      return all_of({y.values(), dx.values()});
    });
}

template <class F> void cross_entropies(F check) {
  for (auto [rows, c] : {std::pair{1, 1}, {5, 3}, {16, 16}, {9, 31}, {40, 33}, {300, 70}, {2, 700}})
    for (const float size : {1.f, 100.f})
      check([=, rows = std::size_t(rows), c = c](const auto& b) {
        Values some = noise(rows * std::size_t(c), 1), chosen(rows);
        for (float& v : some) v = size * v + 1000;  // whose powers are no numbers
        for (std::size_t k = 0; k < rows; ++k) chosen[k] = float((7 * k + 2) % std::size_t(c));
        const On x(b, some), index(b, chosen);
        On value(b, std::size_t{1}), dx(b, some.size()), diagonal(b, std::size_t{1}), along(b, some.size());
        b.cross_entropy(rows, c, 3, x, index, value, dx);
        b.cross_entropy(rows, c, 3, x, nullptr, diagonal, along);
        Values gradients = all_of({dx.values(), along.values()});
        for (float& v : gradients) v *= float(rows);  // as large as the values
        return all_of({value.values(), diagonal.values(), gradients});
      });
}

template <class F> void every_primitive(F check) {
  channel_copies(check);
  dropouts(check);
  resamples(check);
  broadcasts_and_sums(check);
  matrix_products(check);
  rows_by_index(check);
  rows_by_themselves(check);
  cross_entropies(check);
}

}  // namespace guise::test
