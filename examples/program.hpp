// What all example programs share: running, where an Error becomes one line and exit code 1; the file that a single
// picture is written to.
#pragma once
#include "command_line/command_line.hpp"
#include "interrupted.hpp"
#include <guise/core/error.hpp>
#include <guise/io/bytes/atomic_file.hpp>

#include <fcntl.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <optional>
#include <string>

using guise::make_folder;

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

// Throws where what is written would take the place of what is read.
inline void refuse_same(const std::filesystem::path& read, const std::filesystem::path& written,
                        const std::string& what) {
  std::error_code absent;
  if (std::filesystem::equivalent(read, written, absent))
    throw guise::Error(written.string() + ": expected another file than " + what);
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

// A file that a program opens must not become its standard output, where that was closed when it began.
inline void hold_standard_streams() {
  for (int stream = 0; stream < 3; ++stream)
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != stream)
      std::abort();  // writing to it fails
}

// Runs a program. `app` has its options; `body` returns the exit code. Standard output that cannot be written is an
// error, unless it only reports `progress`.
enum class Says { results, progress };
template <class Body>
int run_program(CommandLine& app, int argc, char** argv, Body body, Says says = Says::results) {
  hold_standard_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow becomes an error of its write
  try {
    if (const std::optional<int> code = app.parse(argc, argv)) return *code;
    const int code = body();
    if (says == Says::results && !std::cout.flush()) throw guise::Error("standard output: cannot be written");
    return code;
  } catch (const Interrupted&) { return 130; } catch (const std::bad_alloc&) {
    complain(app.name(), "not enough memory for this size of picture and network");
  } catch (const std::filesystem::filesystem_error& error) {
    complain(app.name(), error.path1().string() + ": cannot be used: " + error.code().message());
  } catch (const std::exception& error) { complain(app.name(), error.what()); }
  return 1;
}
