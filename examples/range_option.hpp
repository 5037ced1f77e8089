// The option --range LOW:HIGH: which numbers of a picture file become -1 and 1. A training notes it in its weights, for
// those who use them without the option.
#pragma once
#include "command_line/command_line.hpp"
#include <guise/core/error.hpp>
#include <guise/io/picture/raster.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

class RangeOption {
 public:
  void add_to(CommandLine& app) {
    app.add_option(
        "--range", text_,
        "numbers LOW:HIGH of the files that become -1 and 1; without: 0:255, 0:65535, of float 0:1");
  }
  static constexpr const char* note = "range";  // the name in the weights' metadata

  // From here on that of the training of these weights, where the option was not given and they have a note of it. A file
  // that cannot be read is told where its weights are.
  void take_from(const std::filesystem::path& weights) try {
    if (!text_.empty() || weights.extension() != ".safetensors") return;
    const auto notes = guise::read_metadata(weights);
    const auto found = notes.find(note);
    if (found == notes.end()) return;
    text_ = found->second;
    source_ = weights.string() + ": its note of a range, ";
  } catch (const guise::Error&) {}
  // Nothing where it was not given; throws guise::Error where it is none.
  std::optional<guise::Range> value() const {
    if (text_.empty()) return {};
    const auto number = [](std::string_view text, float& value) {
      const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      return error == std::errc() && rest == text.data() + text.size() && std::isfinite(value);
    };
    const std::string_view text = text_;
    const auto colon = text.find(':');
    guise::Range range;
    if (colon == text.npos || !number(text.substr(0, colon), range.low) ||
        !number(text.substr(colon + 1), range.high) || range.low >= range.high)
      throw guise::Error(source_ + text_.substr(0, 60) +
                         ": expected LOW:HIGH, two finite numbers, the first the less");
    return range;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_, source_ = "--range ";
};
