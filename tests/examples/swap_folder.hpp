// A folder for the tests of gender_swap and its companions: a detector made by hand that sees faces in bright
// spots, pictures with such spots, and a generator whose weights are zero, so that it makes every face grey.
#pragma once
#include "support/made_detector.hpp"
#include "support/scratch_folder.hpp"
#include "support/shell.hpp"
#include <guise/arch/resnet_generator.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace guise::testing {

// Dark, rough, and with one bright spot where asked.
inline Picture scene(int width, int height, int spot_x = -1, int spot_y = -1, int size = 0) {
  Picture picture = blank(width, height, 0);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        picture.rgb[std::size_t((y * width + x) * 3 + c)] = static_cast<unsigned char>(
            std::abs(x - spot_x) < size && std::abs(y - spot_y) < size ? 255
                                                                       : 20 + (x * 7 + y * 13 + c * 5) % 40);
  return picture;
}

// Of two pictures of one size, the lighter everywhere: the spots of both.
inline Picture lighter(Picture a, const Picture& b) {
  for (std::size_t k = 0; k < a.rgb.size(); ++k) a.rgb[k] = std::max(a.rgb[k], b.rgb[k]);
  return a;
}

struct SwapFolder : ScratchFolder {
  SwapFolder() {
    write_made_detector(path() / "detector.onnx");
    Safetensors file;
    for (const Parameter& p : ResnetGenerator<6, 16>::table)
      file.tensors.emplace_back(std::string(p.name), Tensor{{p.shape.begin(), p.shape.begin() + p.rank},
                                                            std::vector<float>(p.floats, 0.f)});
    write_safetensors(path() / "latest_net_G_A.safetensors", file);
  }
  std::string swap(const std::string& input, const std::string& output, const std::string& more = "") const {
    return program("gender_swap") + " --threads 1 --size 32 --weights " + path().string() + " --detector " +
           (path() / "detector.onnx").string() + " --input " + (path() / input).string() + " --output " +
           (path() / output).string() + " " + more;
  }
};

inline void check_line(const Result& result, int code, const std::string& part) {
  INFO(result.text);
  CHECK(result.code == code);
  CHECK(result.text.find(part) != std::string::npos);
  CHECK(std::count(result.text.begin(), result.text.end(), '\n') == 1);
}
inline int grey_at(const Picture& p, int x, int y) { return p.rgb[std::size_t((y * p.width + x) * 3)]; }

// A JPEG file that says how the camera was held.
inline void write_rotated(const std::filesystem::path& path, const Picture& picture, int orientation) {
  write_picture(path, picture);
  const std::string jpeg = bytes_of(path);
  std::string exif(
      "\xff\xe1\x00\x22"
      "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0",
      29);
  exif += static_cast<char>(orientation);
  exif += std::string(6, '\0');
  put(path, jpeg.substr(0, 2) + exif + jpeg.substr(2));
}

}  // namespace guise::testing
