// What all example programs share: parsing options, where an Error becomes one line and exit code 1; the
// ranges of options; the file that a single picture is written to.
#pragma once
#include "interrupted.hpp"
#include <guise/core/error.hpp>

#include <CLI/CLI.hpp>
#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <limits>
#include <new>
#include <sstream>
#include <string>

// A finite number in [least, most]. CLI::Range lets "nan" through, of which no comparison holds.
inline CLI::Validator real_in(double least, double most = std::numeric_limits<double>::max()) {
  const auto text = [](double value) {
    std::ostringstream out;
    out << value;
    return out.str();
  };
  const std::string range = most < std::numeric_limits<double>::max()
                                ? "from " + text(least) + " to " + text(most)
                                : "of at least " + text(least);
  return CLI::Validator(
      [=](std::string& input) -> std::string {
        double value = 0;
        if (CLI::detail::lexical_cast(input, value) && value >= least && value <= most) return "";
        return input + ": expected a number " + range;
      },
      range);
}

// A whole number in [least, most], in decimal digits alone. A number that CLI11 reads by itself may wrap
// around.
inline CLI::Validator whole_in(std::uint64_t least,
                               std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
  const std::string range = "from " + std::to_string(least) + " to " + std::to_string(most);
  return CLI::Validator(
      [=](std::string& input) -> std::string {
        std::uint64_t value = 0;
        const char* const end = input.data() + input.size();
        const auto [rest, error] = std::from_chars(input.data(), end, value);
        if (error == std::errc() && rest == end && value >= least && value <= most) return "";
        return input + ": expected a whole number " + range;
      },
      range);
}
inline constexpr std::uint64_t countless = 1'000'000'000'000;  // the bound of counts of pictures

// A folder that is made where it is not there, with those that it lies in.
inline void make_folder(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) throw guise::Error(folder.string() + ": cannot be made or written: " + code.message());
}

inline void make_folder_of(const std::filesystem::path& file) {
  if (file.has_parent_path()) make_folder(file.parent_path());
}

// The file for a picture of this name: `output`, or in it where that is a folder, ends in / or has no ending and is
// no file. The file must not be the original.
inline std::filesystem::path output_file(const std::filesystem::path& input,
                                         const std::filesystem::path& output,
                                         const std::filesystem::path& name) {
  namespace fs = std::filesystem;
  std::error_code absent;
  const bool folder = fs::is_directory(output, absent) || !output.has_filename() ||
                      (!output.has_extension() && !fs::exists(fs::symlink_status(output, absent)));
  const fs::path file = folder ? output / name : output;
  if (fs::equivalent(input, file, absent))
    throw guise::Error(output.string() + (folder ? ": expected another folder than that of the picture"
                                                 : ": expected another file than the picture itself"));
  return file;
}

// A message on standard error, as one line that no name in it can break.
inline void complain(const std::string& program, const std::string& message) {
  std::cerr << program << ": " << guise::printable(message) << '\n';
}
// What failed for this file, with its name.
inline std::string failure_of(const std::filesystem::path& file, const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error)) return file.string() + ": not enough memory for it";
  const std::string text = error.what(), name = guise::printable(file.string());
  return text.find(name) != text.npos ? text : name + ": " + text;
}

// What CLI11 would say of another option, or take for a value: an option that is not there, and one without its value.
inline void check_arguments(const CLI::App& app, int argc, char** argv) {
  const auto near = [&](const std::string& name) {  // the option that shares its longest beginning
    std::string best;
    std::size_t most = 4;  // "--" and two letters
    for (const CLI::Option* option : app.get_options()) {
      const std::string known = option->get_name();
      const auto differ = std::mismatch(known.begin(), known.end(), name.begin(), name.end());
      if (const auto same = static_cast<std::size_t>(differ.first - known.begin()); same >= most)
        most = same + 1, best = known;
    }
    return best.empty() ? "" : ": expected perhaps " + best;
  };
  for (int k = 1; k < argc; ++k) {
    const std::string word = argv[k], name = word.substr(0, word.find('='));
    if (word == "--") return;
    if (!word.starts_with("--")) continue;
    const CLI::Option* option = app.get_option_no_throw(name);
    if (!option) throw guise::Error(name + ": no such option" + near(name));
    if (option->get_items_expected_min() == 0 || name.size() != word.size()) continue;
    const std::string next = k + 1 < argc ? argv[k + 1] : "";
    if (k + 1 == argc || (next.starts_with("--") && next.size() > 2))
      throw guise::Error(name + ": expected a value, found " + (k + 1 == argc ? "none" : next) +
                         (k + 1 == argc ? "" : " (a value that begins so: " + name + "=" + next + ")"));
  }
}

// A file that a program opens must not become its standard output, where that was closed when it began.
inline void hold_standard_streams() {
  for (int stream = 0; stream < 3; ++stream)
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != stream)
      std::abort();  // writing to it fails
}

// Runs a program. `app` has its options, of which the last one counts where one is repeated; `body` returns
// the exit code. Standard output that cannot be written is an error, unless it only reports `progress`.
enum class Says { results, progress };
template <class Body>
int run_program(CLI::App& app, int argc, char** argv, Body body, Says says = Says::results) {
  hold_standard_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow becomes an error of its write
  for (CLI::Option* option : app.get_options())
    if (option->get_items_expected_max() == 1) option->take_last();
  try {
    check_arguments(app, argc, argv);
    app.parse(argc, argv);
    const int code = body();
    if (says == Says::results && !std::cout.flush()) throw guise::Error("standard output: cannot be written");
    return code;
  } catch (const CLI::Success& help) { return app.exit(help); } catch (const Interrupted&) {
    return 130;
  } catch (const std::bad_alloc&) {
    complain(app.get_name(), "not enough memory for this size of picture and network");
  } catch (const std::filesystem::filesystem_error& error) {
    complain(app.get_name(), error.path1().string() + ": cannot be used: " + error.code().message());
  } catch (const std::exception& error) { complain(app.get_name(), error.what()); }
  return 1;
}
