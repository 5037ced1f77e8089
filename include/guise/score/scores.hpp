// What is said of translations as a set (score/score.hpp has what each score is): by their names, and as a row of a
// training's log (guise/train/log/score_log.hpp). What is missing is NaN, and "-" in a text.
#pragma once
#include <guise/metrics/precision_recall.hpp>
#include <guise/metrics/sliced_wasserstein.hpp>
#include <guise/train/log/score_row.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace guise {

struct Scores {
  SlicedWasserstein swd;
  // Where there is a classifier, and pictures enough.
  std::optional<Estimate> swd_classifier{}, swd_random{}, kid{}, precision{}, recall{};
  std::optional<double> share{}, share_error{};
};

inline std::vector<std::pair<std::string, Estimate>> estimates(const Scores& scores) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto or_none = [](const std::optional<Estimate>& score) { return score.value_or(Estimate{none}); };
  GeometricMean mean;
  for (const Estimate& score :
       {scores.swd.estimate, or_none(scores.swd_classifier), or_none(scores.swd_random)})
    if (!std::isnan(score.value)) mean.add(std::max(score.value, 1e-9), score.error);
  return {{"swd", scores.swd.estimate},
          {"swd_classifier", or_none(scores.swd_classifier)},
          {"swd_random", or_none(scores.swd_random)},
          {"kid", or_none(scores.kid)},
          {"precision", or_none(scores.precision)},
          {"recall", or_none(scores.recall)},
          {"share", {scores.share.value_or(none), scores.share_error.value_or(none)}},
          {ScoreRow::overall, {mean.value(), mean.error()}}};
}

inline ScoreRow score_row(const char* direction, const Scores& scores) {
  const auto text = [](const char* format, double value) -> std::string {
    char number[32];
    std::snprintf(number, sizeof number, format, value);
    return std::isnan(value) ? "-" : number;
  };
  ScoreRow row{direction, {}, ""};
  for (const auto& [name, score] : estimates(scores)) {
    row.scores.emplace_back(name, score.value);
    row.scores.emplace_back(name + "_error", score.error);
    if (name == "share")
      row.text += text("%.0f%%", 100 * score.value) + " taken for the target domain, ";
    else
      row.text += name + " " + text("%.4f", score.value) + " +- " + text("%.4f", score.error) +
                  (name == ScoreRow::overall ? "" : ", ");
  }
  return row;
}

}  // namespace guise
