// A FaceSwapper swaps the faces of photographs and videos: it has a detector, a generator, the options of the
// swap, and overlays that are drawn over the new faces.
//
//   const FaceSwapper<Man, Woman> swapper{
//      .detect = face_detector<Cpu>("back.onnx"),
//      .translate = read_translator<Man, Woman>("G_A.safetensors", Cpu())};
//   Picture picture = read_picture("him.jpg");
//   if (swapper(picture)) write_picture("her.jpg", picture);
//
// Pictures are changed in place. Throws what the detector, the generator and swap_face throw.
#pragma once
#include <guise/face/face.hpp>
#include <guise/face/overlay.hpp>
#include <guise/face/swap.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace guise {

template <class From, class To> struct FaceSwapper {
  using Translate = std::function<Images<To>(const Images<From>&)>;

  AnyFaceDetector detect;
  Translate translate = [](const Images<From>& x) { return as<To>(x); };  // changes nothing
  SwapOptions options{};
  std::vector<Overlay> overlays{};
  double strength = 1;  // of the overlays, [0, 1]

  std::optional<Face> dominant(const Picture& picture) const {
    return dominant_face(detect(picture), picture.width, picture.height);
  }
  // Swaps one face; returns the result of each stage.
  auto swap(Picture& picture, const Face& face) const {
    return swap_face<From>(picture, face, translate, options);
  }
  // Draws the overlays over one face. Of several faces all are swapped before one is drawn over, or else the
  // hair of one could be in the crop of another.
  void draw(Picture& picture, const Face& face) const {
    for (const Overlay& overlay : overlays) guise::draw(picture, face, overlay, strength);
  }
  // Swaps the dominant face and draws over it; nothing where no face is found.
  std::optional<Face> operator()(Picture& picture) const {
    const std::optional<Face> face = dominant(picture);
    if (face) swap(picture, *face), draw(picture, *face);
    return face;
  }
};

}  // namespace guise
