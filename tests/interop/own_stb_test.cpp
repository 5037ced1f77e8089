// A program may use stb itself, before and after guise, in one file.
#include <doctest/doctest.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

#include <guise/data/resize.hpp>
#include <guise/io/picture/image_file.hpp>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include <stb/stb_image.h>
#include <stb/stb_image_resize.h>
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

TEST_CASE("a program's own stb is another one") {
  const unsigned char nothing[4] = {};
  int width = 0, height = 0, channels = 0;
  CHECK(!stbi_load_from_memory(nothing, 4, &width, &height, &channels, 3));
  CHECK(!stbi_load("no such file", &width, &height, &channels, 3));  // with stdio, which guise has left out
  stbi_set_flip_vertically_on_load(1);
  CHECK(guise::stb::stbi__vertically_flip_on_load_global == 0);
  CHECK(guise::resized(guise::blank(2, 2, 7), 3, 3) == guise::blank(3, 3, 7));
}
