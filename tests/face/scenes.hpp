// Pictures and faces that are made for the tests of face/.
#pragma once
#include <guise/core/random.hpp>
#include <guise/face/face.hpp>

#include <numbers>

namespace guise::testing {

// A scene as rough as a photograph: waves of many lengths, those that are half as long half as high.
inline Picture scene(int width, int height, std::uint64_t seed = 3) {
  Random random(seed);
  struct Wave {
    double x, y, phase, height;
    int channel;
  };
  std::vector<Wave> waves;
  for (int k = 0; k < 60; ++k) {
    const double length = 4 * std::pow(2, 6 * random.uniform()),
                 angle = 2 * std::numbers::pi * random.uniform();
    const double frequency = 2 * std::numbers::pi / length;
    waves.push_back({frequency * std::cos(angle), frequency * std::sin(angle), 7 * random.uniform(),
                     0.22 * std::sqrt(length) * 3, static_cast<int>(random.below(4))});
  }
  Picture picture = blank(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      double rgb[3] = {120, 110, 100};
      for (const Wave& w : waves) {
        const double v = w.height * std::sin(w.x * x + w.y * y + w.phase);
        for (int c = 0; c < 3; ++c)
          if (w.channel == 3 || w.channel == c) rgb[c] += v;
      }
      for (int c = 0; c < 3; ++c)
        picture.rgb[std::size_t((y * width + x) * 3 + c)] =
            static_cast<unsigned char>(std::clamp(std::lround(rgb[c]), 0l, 255l));
    }
  return picture;
}
inline Face face_at(Point centre, double size, double angle) {
  const double h = size / 2, d = size / 4.4;  // between the centre and an eye
  const Point across{std::cos(angle), std::sin(angle)}, down{-across.y, across.x};
  const auto point = [&](double x, double y) {
    return centre + 2 * d * x * across + 2 * d * (y - 0.5) * down;
  };
  return {{centre.x - h, centre.y - h, centre.x + h, centre.y + h},
          {point(-0.5, 0), point(0.5, 0), point(0, 0.62), point(0, 1.1), point(-1, 0.2), point(1, 0.2)},
          0.9};
}
inline int most_different(const Picture& a, const Picture& b) {
  int most = 0;
  for (std::size_t k = 0; k < a.rgb.size(); ++k)
    most = std::max(most, std::abs(int(a.rgb[k]) - int(b.rgb[k])));
  return most;
}

}  // namespace guise::testing
