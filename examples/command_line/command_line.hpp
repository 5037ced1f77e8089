// The options of a program. CLI11 reads them, and only command_line.cpp compiles it: that takes five seconds, more than
// most programs here take for all else.
//
//   CommandLine app("Translate pictures with a trained generator", "translate");
//   app.add_option("--size", size, "side of the picture").check(whole_in(8, 4096)).show_default();
//
// Of an option that is given twice the last value counts. parse throws guise::Error, in one line that names the option, for
// one that is not there, one without its value, a value that its check refuses, and one that is required and missing.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

// What values an option takes. `refusal` is empty for such a value, which it may write in other words, and else says what
// was expected.
struct Check {
  std::string values;  // for --help
  std::function<std::string(std::string& value)> refusal;
};
Check real_in(double least, double most = std::numeric_limits<double>::max());  // finite, in [least, most]
Check whole_in(std::uint64_t least,  // in decimal digits alone, in [least, most]
               std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
Check one_of(std::vector<std::string> words);
Check memory_size();  // such as 1GiB, in bytes

inline constexpr std::uint64_t countless = 1'000'000'000'000;  // the bound of counts of pictures

class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option required() const;
  Option show_default() const;  // in --help: the value that its variable had
  Option check(const Check& check) const;
  Option separated_by_commas() const;
  Option expected(int values) const;
  Option excludes(Option other) const;
  Option hidden() const;  // not in --help

 private:
  CLI::Option* option_;
};

class CommandLine {
 public:
  CommandLine(const std::string& what, const std::string& name);
  ~CommandLine();

  // T: a string, an int, long, double or std::uint64_t, or a vector of strings or of ints.
  template <class T> Option add_option(const std::string& name, T& value, const std::string& what);
  Option add_flag(const std::string& name, bool& value, const std::string& what);

  // The exit code of a program that has nothing left to do, after --help.
  std::optional<int> parse(int argc, char** argv);

  std::string name() const;
  std::optional<std::string> given(const std::string& option) const;  // its last value; of a flag "true"

 private:
  std::unique_ptr<CLI::App> app_;
};
