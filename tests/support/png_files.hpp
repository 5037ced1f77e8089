// PNG files of the kinds that the library reads and does not write: grey or colour, with or without coverage,
// of 8 or 16 bits. Their pixels are stored, not compressed.
#pragma once
#include <guise/io/picture/picture.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace guise::testing {

struct PngKind {
  int channels = 3, bits = 8;
};
inline void write_png(const std::filesystem::path& path, const Picture& picture, PngKind kind) {
  std::ofstream file(path, std::ios::binary);
  const auto big_endian = [](std::size_t n, int bytes) {
    std::string text;
    while (bytes-- > 0) text += static_cast<char>(n >> (8 * bytes));
    return text;
  };
  const auto chunk = [&](const std::string& type, const std::string& body) {
    file << big_endian(body.size(), 4) << type << body << std::string(4, '\0');  // its sum is not looked at
  };
  const char colour = kind.channels == 1 ? 0 : kind.channels == 3 ? 2 : 6;
  file << "\x89PNG\r\n\x1a\n";
  chunk("IHDR", big_endian(std::size_t(picture.width), 4) + big_endian(std::size_t(picture.height), 4) +
                    static_cast<char>(kind.bits) + colour + std::string(3, '\0'));
  chunk("IDAT", "\x78\x01");
  std::uint32_t a = 1, b = 0;  // Adler's sum
  const auto from = [&](int x, int y, int c) {
    return c == 3 ? std::uint8_t{255}
                  : picture.rgb[std::size_t(y) * std::size_t(picture.width) * 3 + std::size_t(x * 3 + c)];
  };
  for (int y = 0; y < picture.height; ++y) {
    std::string row(1, '\0');
    for (int x = 0; x < picture.width; ++x)
      for (int c = 0; c < kind.channels; ++c)
        row.append(std::size_t(kind.bits) / 8, static_cast<char>(from(x, y, c)));
    for (unsigned char byte : row) a = (a + byte) % 65521, b = (b + a) % 65521;
    for (std::size_t at = 0; at < row.size(); at += 65535) {
      const std::string part = row.substr(at, 65535);
      std::string block(1, y + 1 == picture.height && at + 65535 >= row.size() ? '\1' : '\0');
      for (std::size_t n : {part.size(), ~part.size()})
        block += {static_cast<char>(n), static_cast<char>(n >> 8)};
      chunk("IDAT", block + part);
    }
  }
  chunk("IDAT", big_endian(std::size_t{b} << 16 | a, 4));
  chunk("IEND", "");
}

}  // namespace guise::testing
