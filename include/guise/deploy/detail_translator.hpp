// A translator of large pictures by a generator that sees them small: at the size that it was trained on, whatever the
// size of the picture. What it changes is carried back to the large picture with that picture's own edges and detail
// (detail/carried_change.hpp), so that one that changes nothing gives back every byte.
//
//   const DetailTranslator<Man, Woman> translate(read_translator<Man, Woman>("G_A.safetensors", Cpu()), {.side = 256});
//   write_picture("her.png", translate(read_picture("him.jpg")));
//
// Takes what any_translator and read_translator give, or another function of pictures. `side` is the shorter side of
// the small picture, whose longer one follows; a picture whose shorter side is no larger is translated as it is.
// Pictures in [-1, 1], one or more, of three channels; an 8-bit `Picture` is changed in place and takes no more memory
// than itself beside the small one. Throws Error for a side below 1, a ridge or a share out of its range, no function, other
// channels, a translation of another shape than the small picture, and what the generator throws.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/function_ref.hpp>
#include <guise/core/index.hpp>
#include <guise/deploy/detail/carried_change.hpp>
#include <guise/deploy/detail/reduced.hpp>
#include <guise/io/picture/picture.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace guise {

struct DetailOptions {
  int side = 256;  // pixels
  // The variance, of pictures in [-1, 1], below which the small picture counts as flat; there the large one keeps its
  // detail.
  double ridge = 0.1;
  // The share, in [0, 1], that is carried of what the small picture's colours around a pixel do not explain of the
  // change: all that a generator invents, and its noise.
  double unexplained = 0;
};

template <class From, class To> class DetailTranslator {
 public:
  using Translate = std::function<Images<To>(const Images<From>&)>;

  explicit DetailTranslator(Translate translate, DetailOptions options = {})
      : translate_(std::move(translate)), options_(options) {
    if (!translate_) throw Error("a translator of detail without a generator: expected one");
    if (options.side < 1) refuse("a picture to translate has a side", options.side, "at least one pixel");
    if (!(options.ridge > 0 && options.ridge <= 1))
      throw Error("a translator of detail with a ridge of " + std::to_string(options.ridge) +
                  ": expected above 0, at most 1");
    if (!(options.unexplained >= 0 && options.unexplained <= 1))
      throw Error("a translator of detail with a share of " + std::to_string(options.unexplained) +
                  " of what is unexplained: expected 0 to 1");
  }

  Images<To> operator()(const Images<From>& pictures) const {
    check_batch(pictures);
    if (pictures.shape.c != 3)
      refuse("a picture to translate has channels in a number", pictures.shape.c, "3");
    if (std::min(pictures.shape.h, pictures.shape.w) <= options_.side) return whole(pictures);
    Images<To> result = as<To>(pictures);
    const Index row = Index{3} * pictures.shape.w;
    for (int k = 0; k < pictures.n; ++k) {
      float* first = result.data.data() + k * pictures.shape.floats();
      const auto at = [&](int y) { return first + y * row; };
      CarriedChange change = changed(pictures.shape, [&](int y, float* to) { std::copy_n(at(y), row, to); });
      for (int y = 0; y < pictures.shape.h; ++y) change.add_to(y, at(y));
    }
    return result;
  }
  Picture operator()(Picture picture) const {
    picture.check();
    if (std::min(picture.width, picture.height) <= options_.side)
      return to_picture(whole(to_images<From>(picture)));
    const Shape large{3, picture.height, picture.width};
    std::vector<float> row(Index{3} * large.w);
    const auto bytes = [&](int y) { return picture.rgb.data() + y * row.size(); };
    const auto read = [&](int y, float* to) { std::transform(bytes(y), bytes(y) + row.size(), to, to_unit); };
    CarriedChange change = changed(large, read);
    for (int y = 0; y < large.h; ++y) {
      read(y, row.data());
      change.add_to(y, row.data());
      std::ranges::transform(row, bytes(y), to_byte);
    }
    return picture;
  }

 private:
  using CarriedChange = detail::CarriedChange;

  Images<To> whole(const Images<From>& pictures) const {
    Images<To> translated = translate_(pictures);
    if (translated.n != pictures.n || translated.shape != pictures.shape)
      throw Error("a picture of " + text(pictures.shape) + " became one of " + text(translated.shape) +
                  ": expected a generator that keeps size and channels");
    check_batch(translated);
    return translated;
  }
  static std::string text(Shape s) {
    return std::to_string(s.w) + "x" + std::to_string(s.h) + " and " + std::to_string(s.c) + " channels";
  }
  CarriedChange changed(Shape large, FunctionRef<void(int row, float* to)> read) const {
    const int shorter = std::min(large.h, large.w);
    const auto side = [&](int n) {
      return std::max(1, static_cast<int>(std::lround(double(n) * options_.side / shorter)));
    };
    Images<From> small{1, {3, side(large.h), side(large.w)}};
    detail::reduce(large, read, small.shape, small.data.data());
    const Images<To> translated = whole(small);
    return {small.shape,           small.data.data(),           translated.data.data(),
            float(options_.ridge), float(options_.unexplained), large};
  }

  Translate translate_;
  DetailOptions options_;
};

}  // namespace guise
