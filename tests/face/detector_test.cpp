// Finding faces: the networks' figures, a detector made by hand from weights file to places in a picture,
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

TEST_CASE("a detector reads its weights and places what it finds in the picture, whatever its shape") {
  const ScratchFolder folder;
  write_made_detector(folder / "made.onnx");
  const AnyFaceDetector find = face_detector<Cpu>(folder / "made.onnx");
  CHECK(find(blank(90, 50, 20)).empty());
  // three pixels of the picture to one of the network's; the picture lies in the middle of the square
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
  const auto of = [](std::vector<Face> faces) { return dominant_face(faces, 100, 100); };
  CHECK(of({}) == -1);
  CHECK(of({face_at({40, 40, 50, 50}, 0.9), face_at({10, 10, 50, 50}, 0.9)}) == 1);  // larger
  CHECK(of({face_at({40, 40, 60, 60}, 0.7), face_at({40, 40, 60, 60}, 0.9)}) == 1);  // more certain
  CHECK(of({face_at({0, 0, 20, 20}, 0.9), face_at({40, 40, 60, 60}, 0.9)}) == 1);    // nearer
  CHECK(of({face_at({10, 40, 30, 60}, 0.9), face_at({70, 40, 90, 60}, 0.9)}) == 0);  // equal
}
