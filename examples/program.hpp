// What the example programs share: options are parsed, an Error becomes one line and exit code 1.
#pragma once
#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>
#include <string>

// A program fills `app` with its options, and returns its exit code from `body`.
template <class Body> int run_program(CLI::App& app, int argc, char** argv, Body body) {
  CLI11_PARSE(app, argc, argv);
  try {
    return body();
  } catch (const std::bad_alloc&) {
    std::cerr << app.get_name() << ": not enough memory for this size of picture and network\n";
  } catch (const std::exception& error) { std::cerr << app.get_name() << ": " << error.what() << '\n'; }
  return 1;
}
