// Progress on a terminal: redrawn in place, on no more rows than the terminal shows at once.
#include "examples/training_folder.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace guise::testing;

namespace {

// What a terminal of that width shows of `text` in the end: a row that is too long goes on in the next.
struct Screen {
  std::vector<std::string> rows{""};

  Screen(const std::string& text, std::size_t width) {
    std::size_t row = 0, column = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\r') {
        column = 0;
      } else if (text[at] == '\n') {
        if (++row == rows.size()) rows.emplace_back();
      } else if (text[at] == '\x1b') {
        const std::size_t letter = text.find_first_of("AJ", at);
        REQUIRE(letter != std::string::npos);
        if (text[letter] == 'A') row -= std::stoul(text.substr(at + 2, letter - at - 2));
        if (text[letter] == 'J') rows.resize(row + 1), rows[row].resize(column);
        REQUIRE(row < rows.size());
        at = letter;
      } else {
        if (column == width) {
          column = 0;
          if (++row == rows.size()) rows.emplace_back();
        }
        rows[row].resize(column);
        rows[row] += text[at];
        ++column;
      }
    }
  }
};

}  // namespace

TEST_CASE("progress on a terminal is redrawn in place, however narrow it is") {
  const TrainingFolder place;
  for (const std::size_t width : {std::size_t(40), std::size_t(80)}) {
    const Result trained = shell("script -qec 'stty cols " + std::to_string(width) + "; " +
                                 place.training("--n_epochs 8 --n_epochs_decay 8") + "' /dev/null");
    INFO(trained.text);
    REQUIRE(trained.code == 0);
    const Screen screen(trained.text, width);
    std::string shown;
    for (const std::string& row : screen.rows)
      for (const char letter : row + ' ')
        if (letter != ' ' || !shown.ends_with(' ')) shown += letter;
    CHECK(shown.find("step 48/48 epoch 16/16 ") != std::string::npos);
    CHECK(shown.find("left D_A ") != std::string::npos);
    CHECK(shown.find("steps/s") == shown.rfind("steps/s"));  // no drawing stays behind
  }
}
