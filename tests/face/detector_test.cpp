// Detectors: the networks' figures, a detector made by hand from its weights to points in a picture,
// suppression, and the choice of the dominant face.
#include "support/made_detector.hpp"
#include "support/scratch_folder.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/face/blazeface.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

static_assert(blazeface::Front::Trunk::out({3, 128, 128}) == Shape{88, 16, 16});
static_assert(blazeface::Front::Coarse::out({88, 16, 16}) == Shape{102, 8, 8});
static_assert(blazeface::Back::Trunk::out({3, 256, 256}) == Shape{96, 16, 16});
static_assert(blazeface::Back::Coarse::out({96, 16, 16}) == Shape{102, 8, 8});
static_assert(FaceDetector<AnyFaceDetector>);

namespace {

Picture dark_with_spots(int width, int height, std::initializer_list<Point> spots, int size) {
  Picture picture = blank(width, height, 20);
  for (Point spot : spots)
    for (int y = int(spot.y) - size / 2; y < int(spot.y) + size / 2; ++y)
      for (int x = int(spot.x) - size / 2; x < int(spot.x) + size / 2; ++x)
        std::fill_n(picture.rgb.begin() + 3l * (y * width + x), 3, std::uint8_t{255});
  return picture;
}
Face face_at(Box box, double confidence) { return {box, {}, confidence}; }

}  // namespace

TEST_CASE("a detector reads its weights and finds faces in pictures of any shape") {
  const ScratchFolder folder;
  write_made_detector(folder / "made.onnx");
  const AnyFaceDetector find = face_detector<Cpu>(folder / "made.onnx");
  CHECK(find(blank(90, 50, 20)).empty());
  // three pixels of the picture to one of the network's; the picture is in the middle of the square
  const Picture wide = dark_with_spots(384, 200, {{60, 80}, {300, 120}}, 24);
  const std::vector<Face> faces = find(wide);
  REQUIRE(faces.size() == 2);
  for (const Face& face : faces) {
    const Point spot = face.box.centre().x < 192 ? Point{60, 80} : Point{300, 120};
    CHECK(std::abs(face.box.centre().x - spot.x) <= 24);
    CHECK(std::abs(face.box.centre().y - spot.y) <= 24);
    CHECK(face.box.width() == doctest::Approx(120).epsilon(0.02));
    CHECK(face.box.height() == doctest::Approx(120).epsilon(0.02));
    CHECK(face.points[left_eye].x - face.points[right_eye].x == doctest::Approx(54).epsilon(0.02));
    CHECK(face.points[mouth].y - face.points[nose].y == doctest::Approx(27).epsilon(0.02));
    CHECK(face.confidence > 0.9);
  }
  const Picture tall = dark_with_spots(100, 256, {{50, 200}}, 16);
  REQUIRE(find(tall).size() == 1);
  CHECK(std::abs(find(tall)[0].box.centre().y - 200) <= 16);
  CHECK(std::abs(find(tall)[0].box.centre().x - 50) <= 16);
  CHECK(face_detector<Cpu>(folder / "made.onnx", {.score = 0.999})(tall).empty());
}

TEST_CASE("a file that holds other weights is refused in one line") {
  const ScratchFolder folder;
  onnx::Graph graph;
  graph.constant("weight", {1}, std::vector<float>{1});
  graph.write(folder / "other.onnx");
  const std::string text = message<Error>([&] { face_detector<Cpu>(folder / "other.onnx"); });
  CHECK(holds(text, "other.onnx: expected the weights of BlazeFace"));
  CHECK_THROWS_AS(face_detector<Cpu>(folder / "none.onnx"), Error);
}

TEST_CASE("weights of another shape, or that are not finite, are refused by the tensor's name") {
  const ScratchFolder folder;
  write_made_detector(folder / "made.onnx");
  const OnnxWeights whole = read_onnx_weights(folder / "made.onnx");
  const std::string root = "StatefulPartitionedCall/functional_1/", end = "/ReadVariableOp:0";
  const auto refused = [&](const std::string& layer, auto change) {
    OnnxWeights altered = whole;
    change(altered.at(root + layer + end));
    onnx::Graph graph;
    for (const auto& [name, tensor] : altered) graph.constant(name, tensor.shape, tensor.data);
    graph.write(folder / "altered.onnx");
    return message<Error>([&] { face_detector<Cpu>(folder / "altered.onnx"); });
  };
  const auto says = [&](const std::string& text, const std::string& what) {
    INFO(text);
    CHECK(holds(text, "altered.onnx: "));
    CHECK(holds(text, what));
  };
  // which form a file holds is read of this one
  says(refused("conv2d_2/Conv2D", [](Tensor& t) { t = {{}, {1}}; }), "found ");
  says(refused("conv2d/Conv2D",
               [](Tensor& t) {
                 t = {{}, {1}};
               }),
       root + "conv2d/Conv2D" + end + " of shape 24x3x5x5, found a single number");
  says(refused("conv2d_2/Conv2D", [](Tensor& t) { std::swap(t.shape[1], t.shape[2]); }),
       root + "conv2d_2/Conv2D" + end + " of shape 28x24x1x1, found 28x1x24x1");
  says(refused("depthwise_conv2d/depthwise", [](Tensor& t) { std::swap(t.shape[0], t.shape[1]); }),
       " of shape 24x1x3x3, found 1x24x3x3");
  says(refused("conv2d/BiasAdd", [](Tensor& t) { t.shape = {1, 24}; }), " of shape 24, found 1x24");
  says(refused("conv2d_17/Conv2D", [](Tensor& t) { std::swap(t.shape[0], t.shape[1]); }),
       " of shape 2x88x1x1, found 88x2x1x1");
  says(refused("conv2d_3/Conv2D", [](Tensor& t) { t.data[5] = std::nanf(""); }),
       "expected finite numbers, " + root + "conv2d_3/Conv2D" + end + " holds one that is not");
  says(refused("conv2d_19/BiasAdd", [](Tensor& t) { t.data.back() = INFINITY; }),
       "expected finite numbers, ");
}

TEST_CASE("a face whose coordinates overflow is dropped") {
  const ScratchFolder folder;
  write_made_detector(folder / "made.onnx");
  OnnxWeights weights = read_onnx_weights(folder / "made.onnx");
  for (auto& [name, tensor] : weights)  // the nose of each face that a fine cell proposes
    if (name.ends_with("/BiasAdd/ReadVariableOp:0") && tensor.shape[0] == 16 * blazeface::fine_faces)
      for (std::size_t face = 0; face < blazeface::fine_faces; ++face) tensor.data[16 * face + 8] = 3e38f;
  for (auto& [name, tensor] : weights)
    if (name.ends_with("/Conv2D/ReadVariableOp:0") && tensor.shape[0] == 16 * blazeface::fine_faces)
      for (std::size_t face = 0; face < blazeface::fine_faces; ++face)
        tensor.data[(16 * face + 8) * tensor.shape[1]] = 3e38f;
  const Picture picture = dark_with_spots(384, 200, {{60, 80}}, 24);
  CHECK(face_detector<Cpu>(folder / "made.onnx")(picture).size() == 1);
  onnx::Graph graph;
  for (const auto& [name, tensor] : weights) graph.constant(name, tensor.shape, tensor.data);
  graph.write(folder / "huge.onnx");
  CHECK(face_detector<Cpu>(folder / "huge.onnx")(picture).empty());
}

TEST_CASE("of overlapping faces the most certain stays; equals stay in their order") {
  const auto kept = suppressed({face_at({0, 0, 10, 10}, 0.7), face_at({1, 1, 11, 11}, 0.9),
                                face_at({8, 8, 18, 18}, 0.8), face_at({30, 0, 40, 10}, 0.8)});
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].confidence == 0.9);
  CHECK(kept[1].box.left == 8);
  CHECK(kept[2].box.left == 30);
  CHECK(overlap({0, 0, 10, 10}, {5, 0, 15, 10}) == doctest::Approx(1 / 3.));
  CHECK(overlap({0, 0, 10, 10}, {20, 0, 30, 10}) == 0);
}

TEST_CASE("the dominant face is large, certain and near the centre; the first of equals") {
  const auto chosen = [](const std::vector<Face>& faces) {
    const auto one = dominant_face(faces, 100, 100);
    REQUIRE(one);
    return one->box;
  };
  const Face middle = face_at({40, 40, 60, 60}, 0.9);
  CHECK_FALSE(dominant_face({}, 100, 100));
  CHECK(chosen({face_at({40, 40, 50, 50}, 0.9), face_at({10, 10, 50, 50}, 0.9)}).left == 10);  // larger
  CHECK(chosen({face_at({41, 40, 61, 60}, 0.7), middle}) == middle.box);                       // more certain
  CHECK(chosen({face_at({0, 0, 20, 20}, 0.9), middle}) == middle.box);                         // nearer
  CHECK(chosen({face_at({10, 40, 30, 60}, 0.9), face_at({70, 40, 90, 60}, 0.9)}).left == 10);  // equal
}
