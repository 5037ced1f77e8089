// A face through a generator and back into its picture: framed, translated at the generator's size, blended.
//
//   translate: Images<From>, (1, side, side, 3), -> Images<To> of the same shape, such as a Translator
//
// The picture is changed in place, and only in the frame. Throws what the steps throw.
#pragma once
#include <guise/face/blend.hpp>
#include <guise/face/frame.hpp>

#include <utility>
#include <vector>

namespace guise {

struct SwapOptions {
  int side = 256;  // pixels that the generator sees across
  double margin = 0.5;
  Blend blend{};
};

template <class From, class Translated> struct Swap {  // what each step saw
  Frame frame;
  Images<From> seen;
  Translated made;           // Images of another domain
  std::vector<float> layer;  // (side, side, 4)
};

template <class From, class Translate>
auto swap_face(Picture& picture, const Face& face, Translate&& translate, const SwapOptions& options = {}) {
  const Frame frame = frame_of(face, options.margin);
  Images<From> seen = crop<From>(picture, frame, options.side);
  auto made = translate(seen);
  auto layer = seamless_layer(seen, made, options.blend);
  lay_over(picture, frame, layer, options.side);
  return Swap<From, decltype(made)>{frame, std::move(seen), std::move(made), std::move(layer)};
}

}  // namespace guise
