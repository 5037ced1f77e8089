// The option --range LOW:HIGH: which numbers of a picture file become -1 and 1.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/picture/raster.hpp>

#include <CLI/CLI.hpp>

#include <cmath>
#include <optional>
#include <string>

class RangeOption {
 public:
  void add_to(CLI::App& app) {
    app.add_option(
        "--range", text_,
        "numbers LOW:HIGH of the files that become -1 and 1; without: 0:255, 0:65535, of float 0:1");
  }
  // Nothing where it was not given; throws guise::Error where it is none.
  std::optional<guise::Range> value() const {
    if (text_.empty()) return {};
    guise::Range range;
    const auto colon = text_.find(':');
    const bool read = colon != text_.npos && CLI::detail::lexical_cast(text_.substr(0, colon), range.low) &&
                      CLI::detail::lexical_cast(text_.substr(colon + 1), range.high);
    if (!read || !std::isfinite(range.low) || !std::isfinite(range.high) || range.low >= range.high)
      throw guise::Error("--range: " + text_ +
                         ": expected LOW:HIGH, two numbers of which the second is larger");
    return range;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};
