// What a training's scores of one direction say: a row of score_log.csv.
#pragma once
#include <guise/core/compiler.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace guise {

struct ScoreRow {
  // The name of the score by which a training keeps its best networks, of which less is better, and with "_error" its error.
  static constexpr const char* overall = "overall";

  std::string direction;                               // "AtoB"
  std::vector<std::pair<std::string, double>> scores;  // names and values, the same in every row; NaN: none
  std::string text;                                    // the same, to be read
};

// Figures above 0 as one, with the mean of their relative errors: the most that it errs by, as if all erred together.
class GeometricMean {
 public:
  void add(double value, double error) { logarithms_ += std::log(value), parts_ += error / value, ++count_; }
  int count() const { return count_; }
  double value() const { return std::exp(logarithms_ / count_); }
  double error() const { return value() * parts_ / count_; }

 private:
  double logarithms_ = 0, parts_ = 0;
  int count_ = 0;
};

}  // namespace guise
