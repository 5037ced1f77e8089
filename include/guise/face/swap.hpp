// swap_face sends a face through a generator and back into its picture: the face is framed, cropped,
// translated at the generator's size, and blended.
//
//   translate: Images<From>, (1, side, side, 3), -> Images<To> of the same shape, such as a Translator
//
// The picture is changed in place, and only within the frame. Throws what the stages throw.
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

template <class From, class Translated> struct Swap {  // the result of each stage
  Frame frame;
  Images<From> crop;
  Translated translation;    // Images of another domain
  std::vector<float> layer;  // (side, side, 4)
};

template <class From, class Translate>
auto swap_face(Picture& picture, const Face& face, Translate&& translate, const SwapOptions& options = {}) {
  const Frame frame = frame_of(face, options.margin);
  Images<From> before = crop<From>(picture, frame, options.side);
  auto after = translate(before);
  auto layer = seamless_layer(before, after, options.blend);
  composite(picture, frame, layer, options.side);
  return Swap<From, decltype(after)>{frame, std::move(before), std::move(after), std::move(layer)};
}

}  // namespace guise
