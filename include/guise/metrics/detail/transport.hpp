// Internal: Wasserstein distances between points on a line, of sets and of all their halves at once; see
// metrics/sliced_wasserstein.hpp.
#pragma once
#include <guise/metrics/detail/halves.hpp>

#include <bit>

namespace guise::metrics {

// Points of two sets, each with an owner that is chosen or not: patches and their pictures, or rows of features.
class Transport {
 public:
  // Point k of a set is that of owner k modulo the set's owners.
  Transport(const Halves& chosen, Eigen::Index points_x, Eigen::Index points_y)
      : owners_x_(chosen.x.rows()), owners_y_(chosen.y.rows()) {
    const PerHalf of_x = weights(chosen.x, points_x), of_y = weights(chosen.y, points_y);
    // Each set's points count as many as the other has: the two weigh the same, and sums of whole numbers are exact.
    step_.resize(owners_x_ + owners_y_, chosen.x.cols());
    step_.topRows(owners_x_) = chosen.x * of_y.asDiagonal();
    step_.bottomRows(owners_y_) = -(chosen.y * of_x.asDiagonal());
    mass_ = of_x.cwiseProduct(of_y);
  }

  // The area between the two distributions: of all points, and of those of each choice.
  template <class X, class Y> PerHalf distances(const X& x, const Y& y) {
    order_.clear();
    const auto add = [&](double place, Eigen::Index owner) {
      const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(place));
      const std::uint32_t rank =
          bits & 0x80000000u ? ~bits : bits | 0x80000000u;  // in the order of the numbers
      order_.push_back(std::uint64_t{rank} << 32 | static_cast<std::uint64_t>(owner));
    };
    for (Eigen::Index k = 0; k < x.size(); ++k) add(x(k), k % owners_x_);
    for (Eigen::Index k = 0; k < y.size(); ++k) add(y(k), owners_x_ + k % owners_y_);
    std::sort(order_.begin(), order_.end());
    PerHalf ahead = PerHalf::Zero(step_.cols()), area = ahead;  // how much more of x lies here or before
    for (std::size_t k = 0; k + 1 < order_.size(); ++k) {
      ahead += step_.row(static_cast<Eigen::Index>(order_[k] & UINT32_MAX));
      area += (place(order_[k + 1]) - place(order_[k])) * ahead.cwiseAbs();
    }
    return area.cwiseQuotient(mass_);
  }

 private:
  static PerHalf weights(const RowMajorMatrix& chosen, Eigen::Index points) {
    const Eigen::Index owners = chosen.rows();
    return static_cast<double>(points / owners) * chosen.colwise().sum() +
           PerHalf(chosen.topRows(points % owners).colwise().sum());
  }
  static double place(std::uint64_t entry) {
    const auto rank = static_cast<std::uint32_t>(entry >> 32);
    return static_cast<double>(std::bit_cast<float>(rank & 0x80000000u ? rank ^ 0x80000000u : ~rank));
  }

  Eigen::Index owners_x_, owners_y_;
  RowMajorMatrix step_;
  PerHalf mass_;
  std::vector<std::uint64_t> order_;
};

}  // namespace guise::metrics
