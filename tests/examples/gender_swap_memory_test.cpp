// The memory that gender_swap needs for a large photograph.
#include "support/sanitizers.hpp"
#ifndef GUISE_ADDRESS_SANITIZER
#include "support/jpeg_files.hpp"
#include "support/png_files.hpp"
#include "swap_folder.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

long peak_kilobytes(const std::string& command) {
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  REQUIRE(status == 0);
  return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("a large photograph takes no more memory than twice the decoded picture, besides the networks") {
  const SwapFolder scratch;
  write_picture(scratch / "small.jpg", scene(200, 160, 100, 80, 8));
  const int width = 5200, height = 3900;
  write_picture(scratch / "large.jpg", scene(width, height, 2000, 1900, 160));
  const long networks = peak_kilobytes(scratch.swap("small.jpg", "out.jpg"));
  const long large = peak_kilobytes(scratch.swap("large.jpg", "out.jpg"));
#ifdef GUISE_LIBJPEG
  const long file = 0;
#else
  const long file = long(fs::file_size(scratch / "large.jpg")) / 1024;  // stb holds it all the while
#endif
  CHECK(large - networks <= 2 * long(width) * height * 3 / 1024 + file);
}

#if defined(GUISE_LIBPNG) && defined(GUISE_LIBJPEG)
TEST_SUITE("long") {
  TEST_CASE("so does one of 40 megapixels in any format, rotated by its camera, and with every stage shown") {
    const SwapFolder scratch;
    write_picture(scratch / "small.jpg", scene(200, 160, 100, 80, 8));
    const int width = 7304, height = 5477;
    {  // gone before anything is measured: a child's peak begins with its parent's size
      Picture picture = scene(width, height, 2000, 1900, 160);
      unsigned seed = 1;  // noise, so that the files are large
      for (auto& byte : picture.rgb)
        if (byte < 255) byte = static_cast<unsigned char>((seed = seed * 1664525u + 1013904223u) >> 26);
      write_picture(scratch / "large.png", picture);
      write_rotated(scratch / "rotated.jpg", picture, 6);
      write_jpeg(scratch / "progressive.jpg", picture, {.stored = JCS_YCbCr, .quality = 90});
      write_jpeg(scratch / "cmyk.jpg", picture,
                 {.stored = JCS_CMYK, .progressive = false, .interleaved = true});
      write_png(scratch / "sixteen.png", picture, {.bits = 16});
    }
    const long networks = peak_kilobytes(scratch.swap("small.jpg", "out.jpg"));
    for (const auto& [input, output, more] :
         {std::array<std::string, 3>{"large.png", "out.png", ""},
          {"rotated.jpg", "out.jpg", ""},
          {"progressive.jpg", "out.jpg", ""},
          {"cmyk.jpg", "out.jpg", ""},
          {"sixteen.png", "out.png", ""},
          {"large.png", "out.jpg", "--overlay hair --stages " + (scratch / "stages").string()}}) {
      INFO(input << " to " << output << " " << more);
      const long large = peak_kilobytes(scratch.swap(input, output, more));
      MESSAGE(large << " kB, of which the networks " << networks << " kB");
      CHECK(large - networks <= 2 * long(width) * height * 3 / 1024);
    }
  }
}
#endif
#endif
