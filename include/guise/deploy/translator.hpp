// A frozen generator that translates pictures of any size: what does not fit the network's strides is
// mirrored at the right and the bottom, and cut off again. Host pictures in, host pictures out, both in [-1,
// 1]; a network may give other channels than it takes. Throws Error for a batch of no pictures or with fewer
// numbers than its shape says, for pictures with another number of channels, and where the network gives no
// picture of the size that it was given. AnyTranslator is one whose network and device
// are no part of its type.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/deploy/detail/fitting.hpp>
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

  const Net& net() const { return net_; }
  int channels() const { return net_.graph().channels(); }  // of the pictures that it takes; 0: any number
  int channels_made() const {                               // of those that it gives; 0: it depends
    return channels() ? net_.graph()[net_.graph().output()].channels : 0;
  }

  Images<To> operator()(const Images<From>& pictures) const {
    check_batch(pictures);
    const Shape fitting = detail::shape_that_fits(net_.graph(), pictures.shape);
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
  template <class Domain> static Images<Domain> resized(const Images<Domain>& from, Shape to) {
    Images<Domain> result{from.n, to};
    const auto c = static_cast<std::size_t>(to.c);
    std::size_t at = 0;
    for (int sample = 0; sample < from.n; ++sample)
      for (int r = 0; r < to.h; ++r)
        for (int q = 0; q < to.w; ++q, at += c) {
          const int row = sample * from.shape.h + detail::mirrored(r, from.shape.h),
                    column = detail::mirrored(q, from.shape.w);
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
  AnyTranslator(Function translate, int channels, int channels_made)
      : Function(std::move(translate)), channels_(channels), made_(channels_made) {}
  using Function::operator();
  int channels() const { return channels_; }  // as of a Translator; 0 also where it is not known
  int channels_made() const { return made_; }

  // ---- mistakes, in words ----
  template <class Other> Images<To> operator()(const Images<Other>&) const {
    static_assert(std::is_same_v<Other, From>, "this translator takes pictures of another domain than these");
  }

 private:
  int channels_ = 0, made_ = 0;
};

template <class From, class To, class Gen, class B>
AnyTranslator<From, To> any_translator(Translator<From, To, Gen, B> translator) {
  const auto shared = std::make_shared<const Translator<From, To, Gen, B>>(std::move(translator));
  return {[shared](const Images<From>& pictures) { return (*shared)(pictures); }, shared->channels(),
          shared->channels_made()};
}

}  // namespace guise
