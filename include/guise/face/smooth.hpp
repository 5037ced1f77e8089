// Faces over time: the one-euro filter (Casiez, Roussel and Vogel 2012), which smooths what stands still and
// follows what moves, over a face's box and keypoints. Times are in seconds.
#pragma once
#include <guise/face/face.hpp>

#include <array>
#include <cmath>
#include <numbers>
#include <optional>

namespace guise {

struct OneEuro {
  double cutoff = 1;      // Hz: of what stands still
  double follow = 0.02;   // how much speed, in units a second, raises it
  double derivative = 1;  // Hz: of the speed

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
    const double turn = 2 * std::numbers::pi * hertz * seconds;
    return turn / (1 + turn);
  }
  bool started_ = false;
  double value_ = 0, speed_ = 0;
};

// One face from frame to frame, of all that were found: that which overlaps the last one most. Where none
// does it stays where it was, and after half a second the dominant one is followed, if there is any.
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
    // Sides of one box move by the same rule, in units of its size, so that the filter knows no distance.
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
