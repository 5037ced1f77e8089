// Structural similarity as a loss (Wang, Bovik, Sheikh and Simoncelli 2004): 1 minus the mean of
//
//   (2 mx mt + c1) (2 cov + c2) / ((mx^2 + mt^2 + c1) (vx + vt + c2)),  c1 = (0.01 L)^2, c2 = (0.03 L)^2, L = 2
//
// over all places where the window fits, channels and pictures, which is 0 where both are equal, and at most 2. Means,
// variances and the covariance of x and the target are those in a window, on the scale [0, 2] as in metrics/ssim.hpp:
//
//   Ssim<>, Ssim<GaussianWindow>   11x11 with a deviation of 1.5
//   Ssim<UniformWindow<7>>         7x7, all weights equal; or a struct of one's own with weights(extent)
//
//   reconstruction_loss<Ssim<>>(x, target, 10), or `using Reconstruction = Ssim<>;` in a recipe; also
//   WeightedSum<Weighted<Ssim<>, 84>, Weighted<L1, 16>> (loss/reconstruction.hpp)
//
// Pictures (N, H, W, C) in [-1, 1]; a picture that is narrower or lower than the window has it clipped. Variances are
// differences of means, which costs digits in single precision: values are right to about 1e-5.
#pragma once
#include <guise/core/window_weights.hpp>
#include <guise/loss/detail/maps.hpp>
#include <guise/loss/reconstruction.hpp>

#include <vector>

namespace guise {

struct GaussianWindow {
  static std::vector<double> weights(int extent) { return gaussian_window(extent); }
};
template <int Side> struct UniformWindow {
  static_assert(Side > 0, "a window has at least one place");
  static std::vector<double> weights(int extent) { return uniform_window(extent, Side); }
};

namespace detail {

// 1 - a / b, where a = a1 a2 and b = b1 b2 have a factor of means and one of covariances. With the means of x and t as
// they are, in [-1, 1], variances lose the fewest digits; on the scale [0, 2] each mean is greater by 1:
//
//   p = 2 mx mt + c1, q = mx^2 + mt^2 + c1, s = 2 mx + 2 mt + 2
//   a1 = p + s, a2 = mean of 2 x t + c1 + c2 - p; b1 = q + s, b2 = mean of (x^2 + t^2) + c1 + c2 - q
//
// Maps of pictures and of means lie one after the other in a buffer. `da` is the gradient of a, and so on.
template <class X, class B>
Loss<X, B> ssim_loss(const Batch<X, B>& x, const Batch<X, B>& target, const WindowMeans<B>& means,
                     double weight) {
  constexpr double c1 = 0.02 * 0.02, c2 = 0.06 * 0.06;
  using Floats = typename B::Buffer;
  const B& device = x.backend;
  const Maps<B> maps{device};
  const std::size_t n = static_cast<std::size_t>(x.n) * means.shape().floats();  // of one map of means

  Floats products = maps.sum(2, maps.product(x.data, target.data));
  Floats squares = maps.sum(1, maps.product(x.data, x.data), 1, maps.product(target.data, target.data));
  const Floats all = means(4 * x.n, maps.joined({&x.data, &target.data, &squares, &products}));
  const Floats mx = maps.part(0, n, all), mt = maps.part(1, n, all);

  const Floats p = maps.sum(2, maps.product(mx, mt), c1);
  const Floats q = maps.sum(1, maps.product(mx, mx), 1, maps.product(mt, mt), c1);
  const Floats s = maps.sum(2, mx, 2, mt, 2);
  const Floats a1 = maps.sum(1, p, 1, s), a2 = maps.sum(1, maps.part(3, n, all), -1, p, c1 + c2);
  const Floats b1 = maps.sum(1, q, 1, s), b2 = maps.sum(1, maps.part(2, n, all), -1, q, c1 + c2);
  const Floats a = maps.product(a1, a2), b = maps.product(b1, b2);

  Loss<X, B> loss{device.uninitialized(1), {x.n, x.shape, device}};
  Floats sum = device.uninitialized(1), da = device.uninitialized(n);
  device.mean(mean_formula<OneMinusQuotient>, n, double(n), a.data(), b.data(), 0, sum.data(), da.data());
  device.axpby(1, weight / double(n), sum.data(), 0, loss.value.data());

  const Floats db = maps.product(maps.product(da, da), a);  // for da is -1 / b
  const Floats da1 = maps.product(da, a2), da2 = maps.product(da, a1);
  const Floats db1 = maps.product(db, b2), db2 = maps.product(db, b1);
  const Floats by_mt = maps.product(mt, maps.sum(1, da1, -1, da2)),
               by_mx = maps.product(mx, maps.sum(1, db1, -1, db2));
  const Floats dmx = maps.sum(1, maps.sum(1, by_mt, 1, by_mx), 1, maps.sum(1, da1, 1, db1));
  // dmx and the gradients of x^2 and x t in their means, half of each.
  const std::size_t values = x.data.size();
  const Floats back = means.gradient(3 * x.n, maps.joined({&dmx, &da2, &db2}));
  const Floats by_target = maps.product(maps.part(1, values, back), target.data),
               by_x = maps.product(maps.part(2, values, back), x.data);
  const Floats dx = maps.sum(1, maps.part(0, values, back), 1, maps.sum(1, by_target, 1, by_x));
  device.axpby(values, 2 * weight / double(n), dx.data(), 0, loss.gradient.data.data());
  return loss;
}

}  // namespace detail

template <class Window = GaussianWindow> struct Ssim {
  static constexpr const char* name = "SSIM";
  template <class X, class B>
  static Loss<X, B> loss(const Batch<X, B>& x, const Batch<X, B>& target, double weight) {
    const detail::WindowMeans<B> means(x.backend, x.shape, Window::weights(x.shape.h),
                                       Window::weights(x.shape.w));
    return detail::ssim_loss(x, target, means, weight);
  }
};

}  // namespace guise
