// The losses of one training step: as many as the objective has, each a name and a value, in the objective's
// order. Losses of one objective always have the same names, which become the columns of a training's log.
#pragma once
#include <guise/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guise {

class Losses {
 public:
  Losses() = default;
  Losses(std::vector<std::string> names, std::vector<float> values)
      : names_(std::move(names)), values_(std::move(values)) {
    if (names_.size() != values_.size())
      throw Error(std::to_string(values_.size()) + " losses with " + std::to_string(names_.size()) +
                  " names: expected as many of each");
  }

  const std::vector<std::string>& names() const { return names_; }
  const std::vector<float>& values() const& { return values_; }
  std::vector<float> values() && {
    return std::move(values_);
  }  // so that model.step(...).values() may be kept
  std::size_t size() const { return values_.size(); }

  float operator[](std::string_view name) const {  // throws Error where no loss has this name
    const auto found = std::ranges::find(names_, name);
    if (found == names_.end())
      throw Error("no loss is called " + std::string(name) + ": expected one of " + listed());
    return values_[static_cast<std::size_t>(found - names_.begin())];
  }
  bool finite() const {
    return std::ranges::all_of(values_, [](float value) { return std::isfinite(value); });
  }
  std::string text() const {  // "D_A 0.250000, G_A 1.100000"
    std::string line;
    for (std::size_t k = 0; k < size(); ++k)
      line += (k ? ", " : "") + names_[k] + " " + std::to_string(values_[k]);
    return line;
  }

 private:
  std::string listed() const {
    std::string all;
    for (const std::string& name : names_) all += (all.empty() ? "" : ", ") + name;
    return all;
  }

  std::vector<std::string> names_;
  std::vector<float> values_;
};

}  // namespace guise
