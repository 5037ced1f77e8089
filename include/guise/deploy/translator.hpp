// A frozen generator that translates pictures of any size: what does not fit the network's strides is
// mirrored at the right and the bottom, and cut off again. Host pictures in, host pictures out, both in [-1,
// 1]; a network may give other channels than it takes. Throws Error for a batch of no pictures or with fewer
// numbers than its shape says, for pictures with another number of channels, and where the network gives no
// picture of the size that it was given. AnyTranslator is one whose network and device
// are no part of its type.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/net/network.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace guise {

template <class From, class To, class Gen, class B> class Translator {
 public:
  using Net = Generator<From, To, Gen, B>;

  explicit Translator(Net net) : net_(std::move(net).frozen()) {}

  Images<To> operator()(const Images<From>& pictures) const {
    check_batch(pictures);
    if (net_.graph().channels() && pictures.shape.c != net_.graph().channels())
      refuse("a picture to translate has channels in a number", pictures.shape.c,
             "as many as the network takes");
    if (pictures.shape.h < 1 || pictures.shape.w < 1)
      refuse("a picture to translate has a side", 0, "at least one pixel");
    const Shape fitting{pictures.shape.c, side_that_fits(pictures.shape, pictures.shape.h),
                        side_that_fits(pictures.shape, pictures.shape.w)};
    const Images<From> padded = resized(pictures, fitting);
    Batch<From, B> x{padded.n, padded.shape, net_.backend()};
    net_.backend().upload(padded.data.size(), padded.data.data(), x.data.data());
    const Batch<To, B> y = net_.infer(x);
    if (y.n != x.n || y.shape.h != fitting.h || y.shape.w != fitting.w)
      throw Error("a picture of " + std::to_string(fitting.h) + "x" + std::to_string(fitting.w) +
                  " became one of " + std::to_string(y.shape.h) + "x" + std::to_string(y.shape.w) +
                  ": expected a network that keeps the size");
    Images<To> translated{y.n, y.shape};
    net_.backend().download(y.data.size(), y.data.data(), translated.data.data());
    return resized(translated, {y.shape.c, pictures.shape.h, pictures.shape.w});
  }

  // ---- mistakes, in words ----
  template <class Other> Images<To> operator()(const Images<Other>&) const {
    static_assert(std::is_same_v<Other, From>, "this translator takes pictures of another domain than these");
  }

 private:
  // The smallest side from n on that the network gives back as it takes it.
  int side_that_fits(Shape picture, int n) const {
    std::string why;  // of the last that it does not take
    for (int side = n; side < n + 256; ++side) {
      try {
        if (const Shape out = net_.out({picture.c, side, side}); out.h == side && out.w == side) return side;
      } catch (const Error& error) {  // too small for a layer: try the next
        why = "; " + std::string(error.what());
      }
    }
    throw Error("a picture to translate has a side of " + std::to_string(n) +
                ": expected one that this network can take, as it is or up to 255 pixels larger" + why);
  }
  static int mirrored(int k, int n) {  // reflected as often as it takes, so that one pixel is enough
    if (n == 1) return 0;
    k %= 2 * n - 2;
    return k < n ? k : 2 * n - 2 - k;
  }
  template <class Domain> static Images<Domain> resized(const Images<Domain>& from, Shape to) {
    Images<Domain> result{from.n, to};
    const auto c = static_cast<std::size_t>(to.c);
    std::size_t at = 0;
    for (int sample = 0; sample < from.n; ++sample)
      for (int r = 0; r < to.h; ++r)
        for (int q = 0; q < to.w; ++q, at += c) {
          const int row = sample * from.shape.h + mirrored(r, from.shape.h),
                    column = mirrored(q, from.shape.w);
          const std::size_t pixel = static_cast<std::size_t>(row) * static_cast<std::size_t>(from.shape.w) +
                                    static_cast<std::size_t>(column);
          std::copy_n(from.data.data() + pixel * c, c, result.data.data() + at);
        }
    return result;
  }

  Net net_;
};

template <class From, class To> class AnyTranslator : std::function<Images<To>(const Images<From>&)> {
  using Function = std::function<Images<To>(const Images<From>&)>;

 public:
  using Function::Function;
  using Function::operator();

  // ---- mistakes, in words ----
  template <class Other> Images<To> operator()(const Images<Other>&) const {
    static_assert(std::is_same_v<Other, From>, "this translator takes pictures of another domain than these");
  }
};

template <class From, class To, class Gen, class B>
AnyTranslator<From, To> any_translator(Translator<From, To, Gen, B> translator) {
  const auto shared = std::make_shared<const Translator<From, To, Gen, B>>(std::move(translator));
  return [shared](const Images<From>& pictures) { return (*shared)(pictures); };
}

}  // namespace guise
