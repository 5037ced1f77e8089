// Video files made by hand, an AVI of JPEG frames, and the frames of such files.
#pragma once
#include "support/scratch_folder.hpp"
#include <guise/io/picture/image_file.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace guise::testing {

inline std::string little_endian(std::size_t n, int bytes = 4) {
  std::string text;
  for (int k = 0; k < bytes; ++k) text += static_cast<char>(n >> (8 * k));
  return text;
}
inline std::string chunk(const std::string& name, std::string body) {
  const std::string size = little_endian(body.size());
  if (body.size() % 2) body += '\0';
  return name + size + body;
}

// Motion JPEG, 30 frames a second.
inline void write_video(const std::filesystem::path& path, const std::vector<Picture>& frames) {
  const std::size_t width = std::size_t(frames[0].width), height = std::size_t(frames[0].height);
  const auto numbers = [](std::initializer_list<std::size_t> list) {
    std::string text;
    for (std::size_t n : list) text += little_endian(n);
    return text;
  };
  std::string movie = "movi", index;
  for (const Picture& frame : frames) {
    const std::filesystem::path jpeg = path.string() + ".jpg";
    write_picture(jpeg, frame);
    const std::string bytes = bytes_of(jpeg);
    std::filesystem::remove(jpeg);
    index += "00dc" + numbers({16, movie.size(), bytes.size()});
    movie += chunk("00dc", bytes);
  }
  const std::size_t count = frames.size();
  const std::string file = numbers({33333, 0, 0, 16, count, 0, 1, 1 << 20, width, height, 0, 0, 0, 0});
  const std::string stream = "vidsMJPG" + numbers({0, 0, 0, 1, 30, 0, count, 1 << 20, 10000, 0, 0, 0});
  const std::string format = numbers({40, width, height}) + little_endian(1, 2) + little_endian(24, 2) +
                             "MJPG" + numbers({3 * width * height, 0, 0, 0, 0});
  const std::string header =
      chunk("LIST", "hdrl" + chunk("avih", file) +
                        chunk("LIST", "strl" + chunk("strh", stream) + chunk("strf", format)));
  put(path, chunk("RIFF", "AVI " + header + chunk("LIST", movie) + chunk("idx1", index)));
}

inline std::vector<Picture> read_video(const std::filesystem::path& path) {
  const std::string bytes = bytes_of(path);
  std::vector<Picture> frames;
  for (std::size_t at = bytes.find("movi"); (at = bytes.find("00dc", at)) != bytes.npos;) {
    std::size_t size = 0;
    for (int k = 3; k >= 0; --k)
      size = size << 8 | static_cast<unsigned char>(bytes[at + 4 + std::size_t(k)]);
    at += 8;
    if (size + at > bytes.size() || bytes.compare(at, 2, "\xff\xd8") != 0) break;  // the index
    const auto* first = reinterpret_cast<const unsigned char*>(bytes.data() + at);
    frames.push_back(decode_picture({first, size}, path.string()));
    at += size;
  }
  return frames;
}

}  // namespace guise::testing
