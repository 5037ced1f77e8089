// What all example programs share: parsing options, where an Error becomes one line and exit code 1; the
// ranges of options; the file that a single picture is written to.
#pragma once
#include <guise/core/error.hpp>

#include <CLI/CLI.hpp>

#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <limits>
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

// The file for a picture of this name: in `output` if that is a folder, which must not be the original's.
inline std::filesystem::path output_file(const std::filesystem::path& input,
                                         const std::filesystem::path& output,
                                         const std::filesystem::path& name) {
  if (!std::filesystem::is_directory(output)) return output;
  const std::filesystem::path file = output / name;
  std::error_code absent;
  if (std::filesystem::equivalent(input, file, absent))
    throw guise::Error(output.string() + ": expected another folder than that of the picture");
  return file;
}

// Runs a program. `app` has its options, of which the last one counts where one is repeated; `body` returns
// the exit code. Standard output that cannot be written is an error, unless it only reports `progress`.
enum class Says { results, progress };
template <class Body>
int run_program(CLI::App& app, int argc, char** argv, Body body, Says says = Says::results) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow becomes an error of its write
  for (CLI::Option* option : app.get_options())
    if (option->get_items_expected_max() == 1) option->take_last();
  try {
    app.parse(argc, argv);
    const int code = body();
    if (says == Says::results && !std::cout.flush()) throw guise::Error("standard output: cannot be written");
    return code;
  } catch (const CLI::Success& help) { return app.exit(help); } catch (const std::bad_alloc&) {
    std::cerr << app.get_name() << ": not enough memory for this size of picture and network\n";
  } catch (const std::filesystem::filesystem_error& error) {
    std::cerr << app.get_name() << ": " << error.path1().string()
              << ": cannot be made or written: " << error.code().message() << '\n';
  } catch (const std::exception& error) { std::cerr << app.get_name() << ": " << error.what() << '\n'; }
  return 1;
}
