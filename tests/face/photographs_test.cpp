// The requirements on real photographs, where examples/faces/fetch.sh --pictures build/faces has brought
// them: faces found by the published weights, crops that come back as they went, and no seam around a face
// whose colours were shifted.
#include "support/fetched.hpp"
#include "support/stand_in_generators.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/face/blazeface.hpp>
#include <guise/face/seam_score.hpp>
#include <guise/face/swap.hpp>
#include <guise/io/picture/image_file.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

struct Photograph {
  const char* name;
  std::vector<Point> faces;  // the middle of every face in the foreground, as a person sees it
};
const std::vector<Photograph> photographs{
    {"astronaut.png", {{216, 122}}},
    {"sample1.jpg", {{513, 503}, {1569, 341}, {937, 556}}},
    {"sample2.jpg", {{1556, 294}, {455, 292}, {974, 356}}},
    {"sample3.jpg", {{691, 485}, {1189, 383}, {1570, 459}}},
    {"sample4.jpg", {{1074, 328}, {758, 210}, {1372, 292}, {325, 333}}},
    {"sample5.jpg", {{859, 243}, {669, 556}, {1523, 544}, {1203, 351}, {459, 1043}}},
    {"sample6.jpg", {{1266, 468}, {1587, 438}, {776, 495}, {346, 649}}},
    {"screenshot-webcam.png", {{456, 346}}},
};

// The colours of a picture shifted within the mask, in part, and nothing done about its rim.
Picture pasted(const Picture& before, const Frame& frame, double part) {
  const Picture shift = to_picture(shifted(to_images<X>(before)));
  Picture result = before;
  each_pixel_in(before, box_of(frame), [&](int x, int y) {
    const Point p = frame.in({x + 0.5, y + 0.5}, 2);
    if (mask_depth(p.x - 1, p.y - 1, {}) <= 0) return;
    for (std::size_t c = 0; c < 3; ++c) {
      const std::size_t at = (std::size_t(y) * std::size_t(before.width) + std::size_t(x)) * 3 + c;
      result.rgb[at] =
          static_cast<unsigned char>(std::lround((1 - part) * before.rgb[at] + part * shift.rgb[at]));
    }
  });
  return result;
}
// The same by what the generator made of the crop.
Picture laid_over(const Picture& before, const Swap<X, Images<Y>>& swap, int side) {
  std::vector<float> layer(swap.layer.size(), 0.f);
  for (std::size_t k = 0; k < layer.size() / 4; ++k) {
    const int pixel = static_cast<int>(k), x = pixel % side, y = pixel / side;
    if (mask_depth((2 * x + 1.) / side - 1, (2 * y + 1.) / side - 1, {}) > 0)
      for (std::size_t c = 0; c < 3; ++c)
        layer[4 * k + c] = swap.translation.data[3 * k + c] - swap.crop.data[3 * k + c];
  }
  Picture result = before;
  composite(result, swap.frame, layer, side);
  return result;
}

// Of the green levels within a fifth of the frame's side around its centre.
double deviation_in_the_middle(const Picture& picture, const Frame& frame) {
  double sum = 0, squares = 0, pixels = 0;
  each_pixel_in(picture, box_of(frame), [&](int x, int y) {
    const Point p = frame.in({x + 0.5, y + 0.5}, 1);
    if (std::hypot(p.x - 0.5, p.y - 0.5) > 0.2) return;
    const double level = pixel(picture, x, y)[1];
    sum += level, squares += level * level, ++pixels;
  });
  return std::sqrt(std::max(0., squares / pixels - sum * sum / (pixels * pixels)));
}

}  // namespace

TEST_SUITE("long") {
  TEST_CASE("frames show faces where the lowest square of an aligned CelebA picture does") {
    if (!faces_fetched()) return;
    const AnyFaceDetector find = face_detector<Cpu>(faces_folder / "back.onnx");
    const Frame celeba = lowest_square(blank(178, 218));  // its mean landmarks
    const Point right = celeba.in({69, 111}, 1), left = celeba.in({108, 111}, 1),
                lips = celeba.in({88, 152}, 1);
    double eye_line = 0, mouth_line = 0, distance = 0, faces = 0;
    for (const auto& [name, expected] : photographs)
      for (const Face& face : find(read_picture(faces_folder / "pictures" / name))) {
        const Frame frame = frame_of(face);
        const Point r = frame.in(face.points[right_eye], 1), l = frame.in(face.points[left_eye], 1);
        eye_line += (r.y + l.y) / 2, distance += l.x - r.x;
        mouth_line += frame.in(face.points[mouth], 1).y, ++faces;
      }
    CHECK(std::abs(eye_line / faces - right.y) < 0.02);
    CHECK(std::abs(mouth_line / faces - lips.y) < 0.02);
    CHECK(std::abs(distance / faces - (left.x - right.x)) < 0.03);
  }

  TEST_CASE("every face in the foreground of eight photographs is found, and nothing else") {
    if (!faces_fetched()) return;
    const AnyFaceDetector find = face_detector<Cpu>(faces_folder / "back.onnx");
    std::size_t found_in_all = 0;
    for (const auto& [name, expected] : photographs) {
      INFO(name);
      const std::vector<Face> found = find(read_picture(faces_folder / "pictures" / name));
      CHECK(found.size() == expected.size());
      for (const Point& middle : expected)
        CHECK(std::ranges::count_if(found, [&](const Face& face) {
                const Point away = face.box.centre() - middle;
                return std::hypot(away.x, away.y) < 0.3 * face.box.width();
              }) == 1);
      found_in_all += found.size();
    }
    CHECK(found_in_all == 24);
  }

  TEST_CASE("on photographs an unchanged face changes nothing, and shifted colours show no seam") {
    if (!faces_fetched()) return;
    const AnyFaceDetector find = face_detector<Cpu>(faces_folder / "back.onnx");
    for (const auto& [name, expected] : photographs) {
      const Picture before = read_picture(faces_folder / "pictures" / name);
      for (const Face& face : find(before)) {
        INFO(name << ", face at " << face.box.centre().x << ", " << face.box.centre().y);
        for (int side : {64, 128, 256}) {
          INFO("side " << side);
          Picture same = before;
          const auto swap = swap_face<X>(same, face, unchanged, {.side = side});
          int inside = 0, outside = 0;
          for (int y = 0; y < before.height; ++y)
            for (int x = 0; x < before.width; ++x) {
              const Point p = swap.frame.in({x + 0.5, y + 0.5}, 1);
              const bool in = std::abs(p.x - 0.5) <= 0.5 && std::abs(p.y - 0.5) <= 0.5;
              for (std::size_t c = 0; c < 3; ++c) {
                const std::size_t at = (std::size_t(y) * std::size_t(before.width) + std::size_t(x)) * 3 + c;
                int& most = in ? inside : outside;
                most = std::max(most, std::abs(int(before.rgb[at]) - int(same.rgb[at])));
              }
            }
          CHECK(inside <= 2);
          CHECK(outside <= 1);
          Picture warm = before;
          swap_face<X>(warm, face, shifted, {.side = side});
          const double natural = seam_score(before, swap.frame), score = seam_score(warm, swap.frame);
          CHECK(std::abs(score - 1) <= 0.1);
          CHECK(std::abs(score / natural - 1) <= 0.1);
          for (auto* generator : {strongly_shifted, grey, mirrored_face}) {
            Picture other = before;
            swap_face<X>(other, face, generator, {.side = side});
            const double seam = seam_score(other, swap.frame);
            CHECK(seam >= 0.9);
            CHECK(seam <= (generator == mirrored_face ? 1.15 : 1.1));
          }
          Picture new_face = before;
          swap_face<X>(new_face, face, grey, {.side = side});
          CHECK(deviation_in_the_middle(new_face, swap.frame) < 2);
        }
      }
    }
  }

  TEST_CASE("in photographs no seam is seen where there is none, and any paste is") {
    if (!faces_fetched()) return;
    const AnyFaceDetector find = face_detector<Cpu>(faces_folder / "back.onnx");
    for (const auto& [name, expected] : photographs) {
      const Picture before = read_picture(faces_folder / "pictures" / name);
      for (const Face& face : find(before)) {
        INFO(name << ", face at " << face.box.centre().x << ", " << face.box.centre().y);
        const Frame frame = frame_of(face);
        CHECK(std::abs(seam_score(before, frame) - 1) <= 0.1);
        CHECK(seam_score(pasted(before, frame, 1), frame) > 2);
        CHECK(seam_score(pasted(before, frame, 0.5), frame) > 1.5);
        CHECK(seam_score(pasted(before, frame, 0.25), frame) > 1.2);
        for (int side : {64, 128, 256}) {
          INFO("side " << side);
          Picture warm = before;
          const auto swap = swap_face<X>(warm, face, shifted, {.side = side});
          CHECK(seam_score(laid_over(before, swap, side), frame) > 1.1);
        }
      }
    }
  }
}
