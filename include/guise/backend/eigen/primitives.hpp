// The general operations on tensors that Eigen says well: blocks of channels, broadcasting by `replicate`, sums,
// products of matrices, rows of length 1, and resampling as weighted sums of whole rows and columns of a picture.
#pragma once
#include <guise/backend/eigen/matrix.hpp>
#include <guise/backend/primitives.hpp>

#include <cstddef>

namespace guise::eigen {

template <class T> struct Primitives {
  using Index = Eigen::Index;

  static void copy_channels(std::size_t rows, int count, const T* x, int x_channels, int x_first, T* y,
                            int y_channels, int y_first) {
    const auto n = static_cast<Index>(rows);
    map(y, n, y_channels).middleCols(y_first, count) = map(x, n, x_channels).middleCols(x_first, count);
  }

  static void multiply(Broadcast g, const T* x, const T* s, T* y) {
    each_sample(g, g.over_pixels, g.over_channels, [&](Index full, Index kept, Index rows, Index columns) {
      map(y + full, g.area, g.c) =
          map(x + full, g.area, g.c)
              .cwiseProduct(map(s + kept, rows, columns).replicate(g.area / rows, g.c / columns));
    });
  }
  static void multiply_ds(Broadcast g, const T* x, const T* dy, T* ds) {
    each_sample(g, g.over_pixels, g.over_channels, [&](Index full, Index kept, Index rows, Index columns) {
      RowMajor<double> product = map(x + full, g.area, g.c)
                                     .template cast<double>()
                                     .cwiseProduct(map(dy + full, g.area, g.c).template cast<double>());
      map(ds + kept, rows, columns) = summed(product, rows, columns).template cast<T>();
    });
  }
  static void reduce(Reduce g, const T* x, T* y) {
    each_sample(g, g.pixels, g.channels, [&](Index full, Index kept, Index rows, Index columns) {
      RowMajor<double> values = map(x + full, g.area, g.c).template cast<double>();
      map(y + kept, rows, columns) = (summed(values, rows, columns) * g.scale()).template cast<T>();
    });
  }
  static void reduce_dx(Reduce g, const T* dy, T* dx) {
    each_sample(g, g.pixels, g.channels, [&](Index full, Index kept, Index rows, Index columns) {
      map(dx + full, g.area, g.c) =
          T(g.scale()) * map(dy + kept, rows, columns).replicate(g.area / rows, g.c / columns);
    });
  }

  static void matmul(Matmul g, const T* a, const T* b, T* y) {
    const Index m = g.m, n = g.n, k = g.k;
    for (int at = 0; at < g.batch; ++at, a += m * k, b += k * n, y += m * n)
      in_order(g.transpose_a, a, m, k, [&](const auto& left) {
        in_order(g.transpose_b, b, k, n, [&](const auto& right) { map(y, m, n).noalias() = left * right; });
      });
  }

  // A filter's taps along one axis, for whole rows and then for whole columns of the picture.
  static void resample(Resample g, const T* x, T* y) {
    for (int sample = 0; sample < g.n; ++sample) {
      const auto in = picture(x, sample, g.h, g.w, g.c);
      auto out = picture(y, sample, g.out_h, g.out_w, g.c);
      RowMajor<T> half = RowMajor<T>::Zero(g.out_h, in.cols());  // (out_h, w c)
      each_tap(g, g.h, g.out_h, [&](int from, int to, T weight) { half.row(to) += weight * in.row(from); });
      out.setZero();
      each_tap(g, g.w, g.out_w, [&](int from, int to, T weight) {
        out.middleCols(to * g.c, g.c) += weight * half.middleCols(from * g.c, g.c);
      });
    }
  }
  static void resample_dx(Resample g, const T* dy, T* dx) {
    for (int sample = 0; sample < g.n; ++sample) {
      auto in = picture(dx, sample, g.h, g.w, g.c);
      const auto out = picture(dy, sample, g.out_h, g.out_w, g.c);
      RowMajor<T> half = RowMajor<T>::Zero(g.out_h, in.cols());
      each_tap(g, g.w, g.out_w, [&](int to, int from, T weight) {
        half.middleCols(to * g.c, g.c) += weight * out.middleCols(from * g.c, g.c);
      });
      in.setZero();
      each_tap(g, g.h, g.out_h, [&](int to, int from, T weight) { in.row(to) += weight * half.row(from); });
    }
  }

  static void normalize_rows(std::size_t rows, int c, double epsilon, const T* x, T* y) {
    const auto from = map(x, static_cast<Index>(rows), c).array();
    map(y, static_cast<Index>(rows), c).array() =
        from.colwise() / (from.square().rowwise().sum().sqrt() + T(epsilon)).eval();
  }
  static void normalize_rows_dx(std::size_t rows, int c, double epsilon, const T* x, const T* dy, T* dx) {
    const auto n = static_cast<Index>(rows);
    const auto from = map(x, n, c).array(), slope = map(dy, n, c).array();
    const auto length = from.square().rowwise().sum().sqrt().eval(),
               sum = (from * slope).rowwise().sum().eval();
    const auto along = (length > 0).select(sum / (length * (length + T(epsilon))), T(0)).eval();
    map(dx, n, c).array() = (slope - from.colwise() * along).colwise() / (length + T(epsilon)).eval();
  }

 private:
  // f(offset of a sample in the whole tensor, in the one without the axes that are summed, the latter's sides)
  template <class G, class F> static void each_sample(G g, bool pixels, bool channels, F f) {
    const Index rows = pixels ? 1 : g.area, columns = channels ? 1 : g.c;
    for (Index sample = 0; sample < g.n; ++sample)
      f(sample * g.area * g.c, sample * rows * columns, rows, columns);
  }
  static RowMajor<double>& summed(RowMajor<double>& values, Index rows, Index columns) {
    if (rows < values.rows()) values = values.colwise().sum().eval();
    if (columns < values.cols()) values = values.rowwise().sum().eval();
    return values;
  }
  template <class F> static void in_order(bool transposed, const T* x, Index rows, Index columns, F f) {
    if (transposed)
      f(map(x, columns, rows).transpose());
    else
      f(map(x, rows, columns));
  }
  template <class U> static auto picture(U* x, Index sample, int h, int w, int c) {  // (h, w c)
    return map(x + sample * h * w * c, h, Index{w} * c);
  }
  template <class F>
  static void each_tap(Resample g, int side, int out_side, F f) {  // f(input, output, weight)
    for (int out = 0; out < out_side; ++out)
      for (int k = 0; k < filter_taps(g.filter, g.factor); ++k) {
        const auto [input, weight] = filter_tap<T>(g.filter, g.factor, side, out, k);
        f(input, out, weight);
      }
  }
};

}  // namespace guise::eigen
