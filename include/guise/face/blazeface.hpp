// Faces found by BlazeFace on any backend that is Channelwise. The picture is fitted into a black square of
// the network's side, every cell proposes faces, proposals under the threshold are dropped and of those that
// overlap the most certain stays. `face_detector` reads a weights file and chooses the form that it holds
// (examples/faces/fetch.sh fetches both). Throws Error where the file holds something else.
//
// A detector may be called from many threads.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/data/resize.hpp>
#include <guise/face/blazeface_weights.hpp>
#include <guise/face/face.hpp>
#include <guise/net/network.hpp>

#include <cmath>
#include <filesystem>
#include <functional>
#include <memory>

namespace guise {

struct Detection {
  double score = 0.6;    // the least confidence
  double overlap = 0.3;  // the most that two faces may share of what they cover
};

// How a picture lies in a square of `side` pixels.
struct Letterbox {
  int side, width, height, left, top;
  double scale;  // pixels of the picture for one of the square's

  Letterbox(int side_, const Picture& p) : side(side_), scale(double(std::max(p.width, p.height)) / side_) {
    const auto fitted = [&](int n) { return std::clamp(static_cast<int>(std::lround(n / scale)), 1, side); };
    width = fitted(p.width), height = fitted(p.height);
    left = (side - width) / 2, top = (side - height) / 2;
  }
  template <class Domain> Images<Domain> apply(const Picture& picture) const {
    const Picture small =
        resized(picture, width, height, scale > 1 ? ResizeFilter::box : ResizeFilter::cubic);
    Images<Domain> square{1, {3, side, side}};
    std::fill(square.data.begin(), square.data.end(), -1.f);
    for (int y = 0; y < height; ++y)
      std::transform(small.rgb.begin() + std::ptrdiff_t{3} * y * width,
                     small.rgb.begin() + std::ptrdiff_t{3} * (y + 1) * width,
                     square.data.begin() + std::ptrdiff_t{3} * ((top + y) * side + left), to_unit);
    return square;
  }
  // From the square, whose sides are of length 1, to the picture.
  Point out(const Picture& p, double x, double y) const {
    return {(x * side - left) * p.width / width, (y * side - top) * p.height / height};
  }
};

template <class Form, class B> class BlazeFace {
  struct Photograph;
  struct Features;
  struct FineCells;
  struct CoarseCells;
  using Trunk = typename Form::Trunk;
  using Fine = typename Form::Fine;
  using Coarse = typename Form::Coarse;

 public:
  explicit BlazeFace(blazeface::PublishedWeights weights, Detection options = {}, const B& backend = {})
      : options_(options), trunk_(0, 0, backend), fine_(0, 0, backend), coarse_(0, 0, backend) {
    const auto parameters = blazeface::parameters_of<Form>(std::move(weights));
    load(trunk_, parameters.trunk);
    load(fine_, parameters.fine);
    load(coarse_, parameters.coarse);
    trunk_ = std::move(trunk_).frozen();
    fine_ = std::move(fine_).frozen();
    coarse_ = std::move(coarse_).frozen();
  }

  std::vector<Face> operator()(const Picture& picture) const {
    const Letterbox letterbox(Form::side, picture);
    return propose(letterbox.apply<Photograph>(picture), picture, letterbox);
  }

  // What the heads say of a square of pictures, (H, W, faces x 17) each: for those who want to look inside.
  struct Heads {
    std::vector<float> fine, coarse;
  };
  template <class Domain> Heads heads(const Images<Domain>& square) const {
    const B& b = trunk_.backend();
    Batch<Photograph, B> x{1, square.shape, b};
    b.upload(square.data.size(), square.data.data(), x.data.data());
    const auto features = trunk_.infer(x);
    return {on_host(b, fine_.infer(features).data), on_host(b, coarse_.infer(features).data)};
  }

 private:
  template <class Net> static void load(Net& net, const std::vector<float>& values) {
    net.backend().upload(values.size(), values.data(), net.parameters().data());
  }

  std::vector<Face> propose(const Images<Photograph>& square, const Picture& picture,
                            const Letterbox& letterbox) const {
    using namespace blazeface;
    const Heads said = heads(square);
    std::vector<Face> faces;
    const auto read = [&](const std::vector<float>& from, int cells, int many) {
      const float* cell = from.data();
      for (int k = 0; k < cells * cells; ++k, cell += many * (1 + numbers))
        for (int face = 0; face < many; ++face) {
          const double confidence = 1 / (1 + std::exp(-double(cell[face])));
          if (!(confidence >= options_.score)) continue;
          const float* n = cell + many + face * numbers;
          const auto place = [&](int at) -> Point {
            return {n[at] / double(Form::side) + (k % cells + 0.5) / cells,
                    n[at + 1] / double(Form::side) + (k / cells + 0.5) / cells};
          };
          const Point centre = place(0), half{n[2] / (2. * Form::side), n[3] / (2. * Form::side)};
          const Point from_ = letterbox.out(picture, centre.x - half.x, centre.y - half.y);
          const Point to = letterbox.out(picture, centre.x + half.x, centre.y + half.y);
          Face found{{from_.x, from_.y, to.x, to.y}, {}, confidence};
          for (std::size_t p = 0; p < keypoints; ++p) {
            const Point at = place(4 + 2 * static_cast<int>(p));
            found.points[p] = letterbox.out(picture, at.x, at.y);
          }
          if (found.box.area() > 0 && is_finite(found)) faces.push_back(found);
        }
    };
    read(said.fine, fine_cells, fine_faces);
    read(said.coarse, coarse_cells, coarse_faces);
    return suppressed(std::move(faces), options_.overlap);
  }

  Detection options_;
  Network<Photograph, Features, Trunk, B> trunk_;
  Network<Features, FineCells, Fine, B> fine_;
  Network<Features, CoarseCells, Coarse, B> coarse_;
};

using AnyFaceDetector = std::function<std::vector<Face>(const Picture&)>;

template <class B>
AnyFaceDetector face_detector(const std::filesystem::path& path, Detection options = {},
                              const B& backend = {}) {
  blazeface::PublishedWeights weights(read_onnx_weights(path), path.string());
  const auto share = [](auto detector) -> AnyFaceDetector {
    return [shared = std::make_shared<const decltype(detector)>(std::move(detector))](
               const Picture& picture) { return (*shared)(picture); };
  };
  if (weights.is_front()) return share(BlazeFace<blazeface::Front, B>(std::move(weights), options, backend));
  return share(BlazeFace<blazeface::Back, B>(std::move(weights), options, backend));
}

}  // namespace guise
