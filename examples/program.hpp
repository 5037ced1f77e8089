// What the example programs share: options are parsed, an Error becomes one line and exit code 1; the ranges
// of real options; where a single picture is written.
#pragma once
#include <guise/core/error.hpp>

#include <CLI/CLI.hpp>

#include <cmath>
#include <csignal>
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

// Where a picture of this name goes: into `output` if that is a folder, but not beside the original.
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

// `app` has the program's options, of which the last one counts where one is repeated; `body` returns the
// exit code.
template <class Body> int run_program(CLI::App& app, int argc, char** argv, Body body) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of its write
  for (CLI::Option* option : app.get_options())
    if (option->get_items_expected_max() == 1) option->take_last();
  try {
    app.parse(argc, argv);
    return body();
  } catch (const CLI::Success& help) { return app.exit(help); } catch (const std::bad_alloc&) {
    std::cerr << app.get_name() << ": not enough memory for this size of picture and network\n";
  } catch (const std::filesystem::filesystem_error& error) {
    std::cerr << app.get_name() << ": " << error.path1().string()
              << ": cannot be made or written: " << error.code().message() << '\n';
  } catch (const std::exception& error) { std::cerr << app.get_name() << ": " << error.what() << '\n'; }
  return 1;
}
