// A Face is a face in a picture: its box, six keypoints and a confidence. Coordinates are in pixels of the
// picture, from its upper left corner; the centre of the first pixel is (0.5, 0.5), and a face may reach
// beyond the border. Right and left are the person's: the right eye is on the left of the picture.
//
// A detector is anything that is called with a Picture and returns std::vector<Face>, the most confident
// first. A detector of the user's own (OpenCV's FaceDetectorYN, dlib) needs no more than a lambda:
// examples/own_detector.cpp.
#pragma once
#include <guise/io/picture/picture.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace guise {

struct Point {
  double x = 0, y = 0;
  friend bool operator==(Point, Point) = default;
  friend constexpr Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
  friend constexpr Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
  friend constexpr Point operator*(double s, Point a) { return {s * a.x, s * a.y}; }
};

struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
  friend bool operator==(Box, Box) = default;
  constexpr double width() const { return right - left; }
  constexpr double height() const { return bottom - top; }
  constexpr double area() const { return std::max(width(), 0.) * std::max(height(), 0.); }
  constexpr Point centre() const { return {(left + right) / 2, (top + bottom) / 2}; }
};

enum Keypoint : std::size_t { right_eye, left_eye, nose, mouth, right_ear, left_ear };
inline constexpr std::size_t keypoints = 6;

struct Face {
  Box box;
  std::array<Point, keypoints> points;
  double confidence = 0;  // [0, 1]
};

inline bool is_finite(const Face& face) {
  const auto finite = [](Point p) { return std::isfinite(p.x) && std::isfinite(p.y); };
  const Box& b = face.box;
  return finite({b.left, b.top}) && finite({b.right, b.bottom}) && std::ranges::all_of(face.points, finite);
}

template <class D>
concept FaceDetector = requires(D& detect, const Picture& picture) {
  { detect(picture) } -> std::convertible_to<std::vector<Face>>;
};

// The detector of a program that chooses one when it runs.
using AnyFaceDetector = std::function<std::vector<Face>(const Picture&)>;

// The overlap of two boxes: their intersection over their union, [0, 1].
constexpr double overlap(const Box& a, const Box& b) {
  const double both = Box{std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
                          std::min(a.bottom, b.bottom)}
                          .area();
  const double either = a.area() + b.area() - both;
  return either > 0 ? both / either : 0;
}

// Non-maximum suppression: of faces that overlap by more than `most` the most confident is kept. Faces of
// equal confidence keep their order.
inline std::vector<Face> suppressed(std::vector<Face> faces, double most = 0.3) {
  std::ranges::stable_sort(faces, std::ranges::greater{}, &Face::confidence);
  std::vector<Face> kept;
  for (const Face& face : faces)
    if (std::ranges::none_of(kept, [&](const Face& k) { return overlap(k.box, face.box) > most; }))
      kept.push_back(face);
  return kept;
}

// The face that a picture is most likely of: large, confident and near the centre; of equals the first.
inline std::optional<Face> dominant_face(const std::vector<Face>& faces, int width, int height) {
  const Point middle{width / 2., height / 2.};
  const double reach = middle.x * middle.x + middle.y * middle.y;
  std::optional<Face> best;
  double most = 0;
  for (const Face& face : faces) {
    const Point away = face.box.centre() - middle;
    const double nearness = 1 - 0.5 * std::min(1., (away.x * away.x + away.y * away.y) / reach);
    const double weight = face.box.area() * face.confidence * nearness;
    if (best && weight <= most) continue;
    best = face;
    most = weight;
  }
  return best;
}

}  // namespace guise
