// A BlazeFace is a detector of faces: BlazeFace's networks on any backend that is Channelwise. A picture is
// scaled and padded with black to a square of the network's side. Every cell of the network proposes faces;
// proposals below the least confidence are dropped, and of those that overlap the most confident is kept.
// `face_detector` reads a file of weights and chooses the form that the file holds (examples/faces/fetch.sh
// fetches both). Throws Error where the file holds something else.
//
// Many threads may call one detector.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/index.hpp>
#include <guise/data/resize.hpp>
#include <guise/face/blazeface_weights.hpp>
#include <guise/face/face.hpp>
#include <guise/net/network.hpp>

#include <cmath>
#include <filesystem>
#include <memory>

namespace guise {

struct Detection {
  double score = 0.6;    // the least confidence of a face
  double overlap = 0.3;  // the largest overlap of two faces, as `overlap` in face.hpp measures it
};

// The position and the size of a picture that is scaled into a square of `side` pixels.
struct Letterbox {
  int side, width, height, left, top;
  double scale;  // pixels of the picture for one pixel of the square

  Letterbox(int side_, const Picture& p) : side(side_), scale(double(std::max(p.width, p.height)) / side_) {
    const auto fitted = [&](int n) { return std::clamp(static_cast<int>(std::lround(n / scale)), 1, side); };
    width = fitted(p.width), height = fitted(p.height);
    left = (side - width) / 2, top = (side - height) / 2;
  }
  template <class Domain> Images<Domain> apply(const Picture& picture) const {
    picture.check();
    const Picture small =
        resized(picture, width, height, scale > 1 ? ResizeFilter::box : ResizeFilter::cubic);
    Images<Domain> square{1, {3, side, side}};
    std::fill(square.data.begin(), square.data.end(), -1.f);
    for (int y = 0; y < height; ++y)
      std::transform(small.rgb.begin() + Index{3} * y * width, small.rgb.begin() + Index{3} * (y + 1) * width,
                     square.data.begin() + Index{3} * ((top + y) * side + left), to_unit);
    return square;
  }
  // The point of the picture for a point of the square, whose sides are of length 1.
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

  // The outputs of the heads for a picture in a square, (H, W, faces x 17) each, for tests and experiments.
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
    const Heads output = heads(square);
    std::vector<Face> faces;
    const auto read = [&](const std::vector<float>& from, int cells, int many) {
      const float* cell = from.data();
      for (int k = 0; k < cells * cells; ++k, cell += many * (1 + numbers))
        for (int face = 0; face < many; ++face) {
          const double confidence = 1 / (1 + std::exp(-double(cell[face])));
          if (!(confidence >= options_.score)) continue;
          const float* n = cell + many + face * numbers;
          const auto point = [&](int at) -> Point {
            return {n[at] / double(Form::side) + (k % cells + 0.5) / cells,
                    n[at + 1] / double(Form::side) + (k / cells + 0.5) / cells};
          };
          const Point centre = point(0), half{n[2] / (2. * Form::side), n[3] / (2. * Form::side)};
          const Point corner = letterbox.out(picture, centre.x - half.x, centre.y - half.y);
          const Point opposite = letterbox.out(picture, centre.x + half.x, centre.y + half.y);
          Face found{{corner.x, corner.y, opposite.x, opposite.y}, {}, confidence};
          for (int p = 0; p < int{keypoints}; ++p) {
            const Point at = point(4 + 2 * p);
            found.points[p] = letterbox.out(picture, at.x, at.y);
          }
          if (found.box.area() > 0 && is_finite(found)) faces.push_back(found);
        }
    };
    read(output.fine, fine_cells, fine_faces);
    read(output.coarse, coarse_cells, coarse_faces);
    return suppressed(std::move(faces), options_.overlap);
  }

  Detection options_;
  Network<Photograph, Features, Trunk, B> trunk_;
  Network<Features, FineCells, Fine, B> fine_;
  Network<Features, CoarseCells, Coarse, B> coarse_;
};

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
