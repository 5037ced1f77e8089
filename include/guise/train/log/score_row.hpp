// What a training's scores of one direction say: a row of score_log.csv.
#pragma once
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

}  // namespace guise
