// Internal: a JpegReader decodes JPEG by libjpeg-turbo, where GUISE_LIBJPEG is defined; see
// io/picture/image_file.hpp. libjpeg reports errors by a jump. Its functions are therefore called within
// `succeeds`, in lambdas that hold nothing to destroy, and C++ does the rest between them. What libjpeg only
// warns of as corrupt is an error here, except for extra bytes and the markers of other programs.
#pragma once
#ifdef GUISE_LIBJPEG
#include <guise/core/function_ref.hpp>
#include <guise/io/picture/detail/encoded_picture.hpp>
#include <guise/io/picture/detail/packed_coefficients.hpp>

#include <algorithm>
#include <csetjmp>
#include <vector>

// libjpeg needs FILE but does not include it
// clang-format off
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

namespace guise::image_file {

class JpegReader {
 public:
  explicit JpegReader(EncodedBytes& bytes) : bytes_(bytes) {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = fail;
    errors_.emit_message = warn;
    source_.init_source = source_.term_source = [](j_decompress_ptr) {};
    source_.fill_input_buffer = fill;
    source_.skip_input_data = skip;
    source_.resync_to_restart = jpeg_resync_to_restart;
  }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info_); }

  bool reads_header() {
    return succeeds([this] {
      jpeg_create_decompress(&info_);
      info_.client_data = this;
      keep_packed<arrays_of>(*info_.mem);
      info_.src = &source_;
      jpeg_read_header(&info_, TRUE);
    });
  }
  int width() const { return static_cast<int>(info_.image_width); }
  int height() const { return static_cast<int>(info_.image_height); }
  bool is_cmyk() const { return info_.num_components == 4; }
  bool is_arithmetic() const { return info_.arith_code; }
  // From here on the sides are so many eighths of the file's, rounded up.
  bool reduces(int eighths) {
    info_.scale_num = static_cast<unsigned>(eighths);
    info_.scale_denom = 8;
    return succeeds([this] { jpeg_calc_output_dimensions(&info_); });
  }
  int reduced_width() const { return static_cast<int>(info_.output_width); }
  int reduced_height() const { return static_cast<int>(info_.output_height); }

  // Writes (H, W, 3). A row of CMYK, (W, 4), is decoded into `row` before it becomes RGB.
  bool reads_pixels(unsigned char* pixels, unsigned char* row) {
    return succeeds([=, this] {
      info_.out_color_space = is_cmyk() ? JCS_CMYK : JCS_RGB;
      info_.do_block_smoothing = FALSE;
      jpeg_start_decompress(&info_);
      const std::size_t width = info_.output_width;
      for (unsigned char* to = pixels; info_.output_scanline < info_.output_height; to += 3 * width) {
        JSAMPROW line = is_cmyk() ? row : to;
        jpeg_read_scanlines(&info_, &line, 1);
        if (is_cmyk()) to_rgb(row, to, width);
      }
      jpeg_finish_decompress(&info_);
    });
  }
  const char* reason() const { return reason_; }

 private:
  template <class Calls> bool succeeds(Calls calls) {  // false where libjpeg jumped out of them
    if (setjmp(escape_)) return false;
    calls();
    return true;
  }
  // CMYK is inverted, as Adobe stores it; where a file does not say whose it is, all others take it so too.
  static void to_rgb(const unsigned char* from, unsigned char* to, std::size_t width) {
    for (std::size_t x = 0; x < width; ++x, to += 3, from += 4)
      for (int c = 0; c < 3; ++c) to[c] = static_cast<unsigned char>((from[c] * from[3] + 127) / 255);
  }
  static boolean fill(j_decompress_ptr info) {
    const auto piece = static_cast<JpegReader*>(info->client_data)->bytes_.next();
    if (piece.empty()) ERREXIT(info, JWRN_JPEG_EOF);
    info->src->next_input_byte = piece.data();
    info->src->bytes_in_buffer = piece.size();
    return TRUE;
  }
  // That the skipped bytes are missing is found when the next are asked for.
  static void skip(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    jpeg_source_mgr& source = *info->src;
    const std::size_t here = std::min<std::size_t>(count, source.bytes_in_buffer);
    source.next_input_byte += here;
    source.bytes_in_buffer -= here;
    static_cast<JpegReader*>(info->client_data)->bytes_.skip(count - here);
  }
  static PackedArrays& arrays_of(j_common_ptr info) {
    return static_cast<JpegReader*>(info->client_data)->coefficients_;
  }
  [[noreturn]] static void fail(j_common_ptr info) {
    auto* reader = static_cast<JpegReader*>(info->client_data);
    info->err->format_message(info, reader->reason_);
    std::longjmp(reader->escape_, 1);
  }
  static void warn(j_common_ptr info, int level) {
    const int code = info->err->msg_code;
    if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_JFIF_MAJOR && code != JWRN_ADOBE_XFORM)
      fail(info);
  }

  EncodedBytes& bytes_;
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_source_mgr source_{};
  std::jmp_buf escape_;
  PackedArrays coefficients_;
  char reason_[JMSG_LENGTH_MAX] = "";
};

// How many eighths of the file's sides are to be decoded, 1, 2, 4 or 8, is asked with these.
using Eighths = FunctionRef<int(int width, int height)>;
inline constexpr auto all_eighths = [](int, int) { return 8; };

inline Picture decode_jpeg(const Encoded& file, Eighths eighths = all_eighths) {
  JpegReader reader(file.bytes);
  if (!reader.reads_header()) file.refuse_content(reader.reason());
#ifndef D_ARITH_CODING_SUPPORTED
  if (reader.is_arithmetic()) file.refuse_variant("a JPEG with arithmetic coding", "one with Huffman coding");
#endif
  file.check_size(reader.width(), reader.height(), reader.is_arithmetic());
  if (!reader.reduces(eighths(reader.width(), reader.height()))) file.refuse_content(reader.reason());
  Picture picture = blank(reader.reduced_width(), reader.reduced_height());
  std::vector<unsigned char> row(reader.is_cmyk() ? Index{4} * picture.width : 0);
  if (!reader.reads_pixels(picture.rgb.data(), row.data())) file.refuse_content(reader.reason());
  return picture;
}

}  // namespace guise::image_file
#endif  // GUISE_LIBJPEG
