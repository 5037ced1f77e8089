// What the example programs share: options are parsed, an Error becomes one line and exit code 1.
#pragma once
#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

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
