// A FaceSmoother follows one face from frame to frame of a video and smooths its box and keypoints by the
// one-euro filter (Casiez, Roussel and Vogel 2012), which smooths strongly what stands still and follows what
// moves. Times are in seconds.
#pragma once
#include <guise/face/face.hpp>

#include <array>
#include <cmath>
#include <numbers>
#include <optional>

namespace guise {

struct OneEuro {
  double cutoff = 1;      // Hz, of a value that stands still
  double follow = 0.02;   // by how much a speed of one unit a second raises the cutoff
  double derivative = 1;  // Hz, of the speed

  double operator()(double value, double seconds) {
    if (!started_ || !(seconds > 0)) {
      started_ = true;
      return value_ = value;
    }
    const double speed = (value - value_) / seconds;
    speed_ += share(derivative, seconds) * (speed - speed_);
    return value_ += share(cutoff + follow * std::abs(speed_), seconds) * (value - value_);
  }

 private:
  static double share(double hertz, double seconds) {
    const double phase = 2 * std::numbers::pi * hertz * seconds;
    return phase / (1 + phase);
  }
  bool started_ = false;
  double value_ = 0, speed_ = 0;
};

// Of the faces that were found in a frame it follows the one that overlaps its last face most. Where none
// overlaps it, it keeps the last face for half a second, and then follows the dominant face, if there is one.
class FaceSmoother {
 public:
  explicit FaceSmoother(OneEuro filter = {}) : fresh_(filter) { restart(); }

  std::optional<Face> operator()(const std::vector<Face>& found, int width, int height, double seconds) {
    std::optional<Face> seen = last_ ? same_face(found) : std::nullopt;
    if (last_ && !seen) {
      missed_ += seconds;
      if (missed_ <= longest_gap) return last_;
      last_.reset();
    }
    if (!last_) seen = dominant_face(found, width, height);
    if (!seen) return std::nullopt;
    if (!last_) restart();
    Face face = *seen;
    // All coordinates are filtered in units of the face's size, so that the distance to the camera does not
    // matter.
    const double unit = 0.01 * std::max(1., std::sqrt(seen->box.area()));
    std::size_t k = 0;
    const auto filter = [&](double& value) {
      value = unit_ * filters_[k++](value / unit_, seconds + missed_);
    };
    if (!last_) unit_ = unit;
    for (double* side : {&face.box.left, &face.box.top, &face.box.right, &face.box.bottom}) filter(*side);
    for (Point& p : face.points) filter(p.x), filter(p.y);
    missed_ = 0;
    return last_ = face;
  }

 private:
  static constexpr double longest_gap = 0.5, least_overlap = 0.2;

  std::optional<Face> same_face(const std::vector<Face>& found) const {
    std::optional<Face> best;
    double most = least_overlap;
    for (const Face& face : found)
      if (const double shared = overlap(last_->box, face.box); shared > most) best = face, most = shared;
    return best;
  }
  void restart() { filters_.fill(fresh_), missed_ = 0; }

  OneEuro fresh_;
  std::array<OneEuro, 4 + 2 * keypoints> filters_;
  std::optional<Face> last_;
  double unit_ = 1, missed_ = 0;
};

}  // namespace guise
