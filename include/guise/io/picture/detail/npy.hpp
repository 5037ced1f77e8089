// Internal: NumPy's .npy, (H, W) or (H, W, C) of uint8, uint16 or float32, read and written; see
// io/picture/image_file.hpp. Its source is NumPy's format description (numpy.lib.format, versions 1 to 3): a mark,
// the version, the header's length, a header that is a Python dictionary, the numbers. xtensor's reader takes
// memory for whatever the header claims, reads a file whole where this one goes by rows, wants the dictionary's keys in
// one order and costs 2.6 s of compile time in every file that includes it; so the header is read here, and the tests
// exchange files with xtensor both ways.
#pragma once
#include <guise/io/picture/detail/encoded_picture.hpp>
#include <guise/io/picture/detail/encoder_sink.hpp>
#include <guise/io/picture/detail/pnm.hpp>
#include <guise/io/picture/detail/row_codec.hpp>
#include <guise/io/picture/raster.hpp>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace guise::image_file {

struct NpyHeader {
  std::string type;  // "<u2"
  bool rows_last = false;
  std::vector<std::int64_t> shape;
};

// What stands behind 'key': in the header, without white space before it; empty where the key is not there.
inline std::string_view npy_value(std::string_view header, std::string_view key) {
  for (const char* quote : {"'", "\""}) {
    const std::string quoted = quote + std::string(key) + quote;
    const auto at = header.find(quoted);
    if (at == header.npos) continue;
    header.remove_prefix(at + quoted.size());
    const auto value = header.find_first_not_of(" :");
    return value == header.npos ? std::string_view() : header.substr(value);
  }
  return {};
}
inline NpyHeader npy_header(const Encoded& file, std::string_view text) {
  NpyHeader header;
  const std::string_view type = npy_value(text, "descr"), order = npy_value(text, "fortran_order");
  std::string_view shape = npy_value(text, "shape");
  if (type.size() < 2 || order.empty() || !shape.starts_with('('))
    file.refuse_content("an .npy header that is none");
  if (type[0] != '\'' && type[0] != '"') file.refuse_variant("a structured array", "numbers");
  header.type = type.substr(1, type.substr(1).find(type[0]));
  header.rows_last = order.starts_with("True");
  for (shape.remove_prefix(1);;) {
    shape.remove_prefix(std::min(shape.find_first_not_of(" ,"), shape.size()));
    if (shape.starts_with(')')) return header;
    std::int64_t side = 0;
    const auto [rest, error] = std::from_chars(shape.data(), shape.data() + shape.size(), side);
    if (error != std::errc() || header.shape.size() == 8) file.refuse_content("an .npy shape that is none");
    header.shape.push_back(side);
    shape.remove_prefix(static_cast<std::size_t>(rest - shape.data()));
  }
}

class NpyDecoder : public RowDecoder {
 public:
  explicit NpyDecoder(const Encoded& file) : file_(file) {
    constexpr std::size_t most_text = 1 << 16;
    unsigned char start[8] = {}, length[4] = {};
    file.bytes.rewind();
    file.bytes.take(start, sizeof start);
    const std::size_t wide = start[6] == 1 ? 2 : 4;
    if (start[6] < 1 || start[6] > 3)
      file.refuse_variant("an .npy file of version " + std::to_string(start[6]), "1 to 3");
    if (!file.bytes.take(length, wide)) file.refuse_content("it ends early");
    const std::size_t count = length[0] | length[1] << 8 | length[2] << 16 | std::size_t{length[3]} << 24;
    if (count > most_text || count > file.bytes.left())
      file.refuse_content("an .npy header that is too long");
    std::string text(count, ' ');
    file.bytes.take(reinterpret_cast<unsigned char*>(text.data()), count);
    const NpyHeader header = npy_header(file, text);

    const std::string type = header.type.size() == 3 ? header.type.substr(1) : "";
    if (type != "u1" && type != "u2" && type != "f4")
      file.refuse_variant("an array of " + header.type.substr(0, 16), "uint8, uint16 or float32");
    if (header.shape.size() != 2 && header.shape.size() != 3)
      file.refuse_variant("an array of " + std::to_string(header.shape.size()) + " axes",
                          "(height, width) or (height, width, channels)");
    if (header.rows_last)
      file.refuse_variant("an array in Fortran's order", "rows first (numpy.ascontiguousarray)");
    const std::int64_t height = header.shape[0], width = header.shape[1],
                       channels = header.shape.size() == 3 ? header.shape[2] : 1;
    const Depth depth = type == "u1" ? Depth::bits8 : type == "u2" ? Depth::bits16 : Depth::float32;
    file.check_numbers(width, height, channels, depth, file.bytes.left());
    form = {static_cast<int>(width), static_cast<int>(height), static_cast<int>(channels), depth, false, {}};
    swapped_ = header.type[0] == '>';
  }
  Raster next() override {
    Raster row = blank_raster(form.width, 1, form.channels, form.depth);
    if (!file_.bytes.take(row.bytes.data(), row.bytes.size())) file_.refuse_content("it ends early");
    if (swapped_) swap_bytes(row.bytes, static_cast<std::size_t>(form.depth));
    return row;
  }

 private:
  const Encoded& file_;
  bool swapped_ = false;
};

class NpyEncoder : public RowEncoder {
 public:
  NpyEncoder(const Pixels& from, EncoderSink& sink) : sink_(sink), bytes_(from.row_bytes()) {
    const char* type = from.depth == Depth::bits8 ? "|u1" : from.depth == Depth::bits16 ? "<u2" : "<f4";
    std::string text = std::string("{'descr': '") + type + "', 'fortran_order': False, 'shape': (" +
                       std::to_string(from.height) + ", " + std::to_string(from.width) +
                       (from.channels == 1 ? "" : ", " + std::to_string(from.channels)) + "), }";
    text.append(63 - (10 + text.size()) % 64, ' ').push_back('\n');  // the numbers begin at a multiple of 64
    const unsigned char start[] = {0x93,
                                   'N',
                                   'U',
                                   'M',
                                   'P',
                                   'Y',
                                   1,
                                   0,
                                   static_cast<unsigned char>(text.size()),
                                   static_cast<unsigned char>(text.size() >> 8)};
    sink.put(start, sizeof start);
    sink.put(text.data(), text.size());
  }
  bool put(const unsigned char* row) override { return sink_.put(row, bytes_); }

 private:
  EncoderSink& sink_;
  std::size_t bytes_;
};

}  // namespace guise::image_file
