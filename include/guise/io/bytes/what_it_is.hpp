// What the beginning of a file says that it is: "a WebP picture", "a web page", "a Git LFS pointer". For messages
// about a file that is not what its name says; nothing is decoded. Empty where it is not known.
#pragma once
#include <guise/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace guise {

namespace detail {

inline bool begins_as_text(std::string_view bytes) {
  bytes = bytes.substr(0, 512);
  if (bytes.size() > 8) bytes.remove_suffix(3);  // a character may be cut there
  return !bytes.empty() && std::ranges::none_of(bytes, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 127 || (byte < 32 && byte != '\n' && byte != '\r' && byte != '\t' && byte != '\f');
  }) && printable(bytes).find("\\x") == std::string::npos;
}

}  // namespace detail

// `first`: the first 512 bytes or more, or the whole of a shorter file.
inline std::string what_it_is(std::span<const unsigned char> first) {
  using namespace std::literals;
  const std::string_view bytes(reinterpret_cast<const char*>(first.data()), first.size());
  const auto at = [&](std::size_t from, std::string_view text) {
    return bytes.size() >= from && bytes.substr(from).starts_with(text);
  };
  if (bytes.empty()) return "an empty file";
  if (std::ranges::all_of(bytes, [](char c) { return c == 0; }))
    return "zeros, as an aborted copy leaves them";
  if (at(0, "version https://git-lfs.github.com/spec/"))
    return "a Git LFS pointer (git lfs pull fetches what it stands for)";
  struct Mark {
    std::size_t from;
    std::string_view text;
    const char* name;
  };
  static constexpr Mark marks[] = {
      {0, "\x89PNG\r\n\x1a\n"sv, "a PNG picture"},
      {0, "\xff\xd8\xff"sv, "a JPEG picture"},
      {0, "BM"sv, "a BMP picture"},
      {0, "GIF8"sv, "a GIF picture"},
      {0, "II*\0"sv, "a TIFF picture"},
      {0, "MM\0*"sv, "a TIFF picture"},
      {0, "II+\0"sv, "a BigTIFF picture"},
      {0, "8BPS"sv, "a Photoshop picture"},
      {0, "\0\0\x01\0"sv, "an icon"},
      {0, "\xff\x0a"sv, "a JPEG XL picture"},
      {0, "\0\0\0\x0cJXL "sv, "a JPEG XL picture"},
      {0, "\0\0\0\x0cjP  "sv, "a JPEG 2000 picture"},
      {0, "qoif"sv, "a QOI picture"},
      {0, "\x76\x2f\x31\x01"sv, "an OpenEXR picture"},
      {0, "#?RADIANCE"sv, "a Radiance picture"},
      {0, "\0\x05\x16\x07"sv, "a shadow file of macOS (AppleDouble)"},
      {0, "%PDF-"sv, "a PDF document"},
      {0, "\x1f\x8b"sv, "a gzip archive"},
      {0, "BZh"sv, "a bzip2 archive"},
      {0,
       "\xfd"
       "7zXZ\0"sv,
       "an xz archive"},
      {0, "\x28\xb5\x2f\xfd"sv, "a Zstandard archive"},
      {0, "7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
      {0, "Rar!"sv, "a RAR archive"},
      {0, "PK\x03\x04"sv, "a zip archive"},
      {257, "ustar"sv, "a tar archive"},
      {0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file, as Keras writes them"},
      {0, "\x93NUMPY"sv, "a NumPy array"},
      {0, "GGUF"sv, "a GGUF file"},
      {4, "TFL3"sv, "a TensorFlow Lite model"},
      {0,
       "\x7f"
       "ELF"sv,
       "a program"},
      {0, "\x1a\x45\xdf\xa3"sv, "a Matroska or WebM video"},
      {0, "\x80\x02"sv, "a pickle of Python"},
      {0, "\x80\x03"sv, "a pickle of Python"},
      {0, "\x80\x04"sv, "a pickle of Python"},
      {0, "\x80\x05"sv, "a pickle of Python"},
  };
  for (const Mark& mark : marks)
    if (at(mark.from, mark.text)) return mark.name;
  if (at(0, "RIFF")) return at(8, "WEBP") ? "a WebP picture" : at(8, "AVI ") ? "an AVI video" : "a RIFF file";
  if (at(4, "ftyp")) {
    const std::string_view brand = bytes.substr(8, 4);
    if (brand == "avif" || brand == "avis") return "an AVIF picture";
    for (const std::string_view heic : {"heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"})
      if (brand == heic) return "a HEIC picture";
    return "an MP4 or QuickTime video";
  }
  if (bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' &&
      (bytes[2] == '\n' || bytes[2] == ' '))
    return "a PNM picture (PBM, PGM, PPM)";
  if (bytes.size() > 9 && bytes[8] == '{' && bytes[4] == 0 && bytes[5] == 0 && bytes[6] == 0 && bytes[7] == 0)
    return "a safetensors file";
  std::string text(bytes.substr(0, 512));
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  text.erase(0, text.find_first_not_of("\xef\xbb\xbf \t\r\n"));
  if (text.starts_with("<!doctype html") || text.starts_with("<html") || text.find("<html") != text.npos ||
      text.starts_with("<head"))
    return "a web page";
  if (text.starts_with("<?xml") || text.starts_with("<svg"))
    return text.find("<svg") != text.npos ? "an SVG drawing" : "an XML text";
  if (text.starts_with("<error")) return "an XML text";
  // ONNX is a protocol buffer: its version, then the producer's name or the graph.
  if (bytes.size() > 4 && bytes[0] == 8 && bytes[1] > 0 && bytes[1] < 32 &&
      (bytes[2] == 0x12 || bytes[2] == 0x3a))
    return "an ONNX file";
  if (detail::begins_as_text(bytes)) {
    const auto first_mark = text.find_first_not_of(" \t\r\n");
    return first_mark != text.npos && (text[first_mark] == '{' || text[first_mark] == '[') ? "a JSON text"
                                                                                           : "a text";
  }
  return "";
}

}  // namespace guise
