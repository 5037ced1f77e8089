// Internal: PNM, grey (PGM, P5) and RGB (PPM, P6) of 8 or 16 bits, read and written; see io/picture/image_file.hpp. A
// header is "P5", width, height and the largest value in decimal digits, with white space and comments between
// them; one white space follows, then the numbers, of 16 bits the upper byte first.
#pragma once
#include <guise/io/picture/detail/encoded_picture.hpp>
#include <guise/io/picture/detail/encoder_sink.hpp>
#include <guise/io/picture/detail/row_codec.hpp>
#include <guise/io/picture/raster.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace guise::image_file {

// Numbers of 16 bits in the other byte order.
inline void swap_bytes(std::vector<unsigned char>& bytes, std::size_t size) {
  for (std::size_t k = 0; k + size <= bytes.size(); k += size)
    std::reverse(bytes.begin() + std::ptrdiff_t(k), bytes.begin() + std::ptrdiff_t(k + size));
}

// A number of a PNM's header and the one byte behind it; -1 where there is none.
inline std::int64_t pnm_number(EncodedBytes& file) {
  std::int64_t value = -1;
  unsigned char c = 0;
  for (bool comment = false; file.take(&c, 1);) {
    const bool digit = c >= '0' && c <= '9', space = c == ' ' || (c >= '\t' && c <= '\r');
    if (value >= 0 && space) return value;
    if (value < 0 && c == '#') comment = true;
    if (comment) {
      comment = c != '\n' && c != '\r';
      continue;
    }
    if (!digit && (value >= 0 || !space)) return -1;
    if (digit)
      value = std::min<std::int64_t>(std::max<std::int64_t>(value, 0) * 10 + (c - '0'), INT64_MAX / 100);
  }
  return -1;
}

class PnmDecoder : public RowDecoder {
 public:
  explicit PnmDecoder(const Encoded& file) : file_(file) {
    unsigned char mark[2] = {};
    file.bytes.rewind();
    file.bytes.take(mark, sizeof mark);
    if (mark[1] != '5' && mark[1] != '6')
      file.refuse_variant(std::string("a PNM picture of kind P") + static_cast<char>(mark[1]), "P5 or P6");
    const std::int64_t width = pnm_number(file.bytes), height = pnm_number(file.bytes),
                       most = pnm_number(file.bytes);
    if (width < 1 || height < 1 || most < 1 || most > 65535) file.refuse_content("a PNM header that is none");
    const int channels = mark[1] == '6' ? 3 : 1;
    const Depth depth = most > 255 ? Depth::bits16 : Depth::bits8;
    file.check_numbers(width, height, channels, depth, file.bytes.left());
    form = {static_cast<int>(width), static_cast<int>(height), channels, depth, false, {}};
    most_ = static_cast<double>(most);
  }
  Raster next() override {
    Raster row = blank_raster(form.width, 1, form.channels, form.depth);
    if (!file_.bytes.take(row.bytes.data(), row.bytes.size())) file_.refuse_content("it ends early");
    if (form.depth == Depth::bits16) swap_bytes(row.bytes, 2);
    if (const double white = range_of(form.depth).high; white != most_ && file_.numbers == Numbers::of_depth)
      guise::detail::with_number(form.depth, [&]<class T>(T) {
        for (Index k = 0; k < row.numbers(); ++k)
          row.put(k, guise::detail::number_of<T>(row.at<T>(k) * white / most_));
      });
    return row;
  }

 private:
  const Encoded& file_;
  double most_ = 0;  // the number that is white
};

class PnmEncoder : public RowEncoder {
 public:
  PnmEncoder(const Pixels& from, EncoderSink& sink)
      : sink_(sink), bytes_(from.row_bytes()), depth_(from.depth) {
    const std::string header = std::string(from.channels == 3 ? "P6\n" : "P5\n") +
                               std::to_string(from.width) + " " + std::to_string(from.height) +
                               (from.depth == Depth::bits16 ? "\n65535\n" : "\n255\n");
    sink.put(header.data(), header.size());
  }
  bool put(const unsigned char* from) override {
    if (depth_ == Depth::bits8) return sink_.put(from, bytes_);
    std::vector<unsigned char> row(from, from + bytes_);
    swap_bytes(row, 2);
    return sink_.put(row.data(), row.size());
  }

 private:
  EncoderSink& sink_;
  std::size_t bytes_;
  Depth depth_;
};

}  // namespace guise::image_file
