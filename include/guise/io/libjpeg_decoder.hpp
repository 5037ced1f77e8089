// Internal: JPEG through libjpeg-turbo, where GUISE_LIBJPEG is defined; see io/image_file.hpp. libjpeg
// reports errors by a jump, so it is called in steps that hold nothing to destroy, and C++ does the rest
// between them. What it warns of as corrupt is an error here, but for extra bytes and marks of other
// programs.
#pragma once
#ifdef GUISE_LIBJPEG
#include <guise/io/encoded_picture.hpp>
#include <guise/io/packed_coefficients.hpp>

#include <csetjmp>
#include <vector>

// libjpeg takes FILE for granted
// clang-format off
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

namespace guise::image_file {

class JpegReader {
 public:
  explicit JpegReader(std::span<const unsigned char> bytes) : bytes_(bytes) {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = fail;
    errors_.emit_message = warn;
  }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info_); }

  bool reads_header() {
    return succeeds([this] {
      jpeg_create_decompress(&info_);
      info_.client_data = this;
      keep_packed<arrays_of>(*info_.mem);
      jpeg_mem_src(&info_, bytes_.data(), static_cast<unsigned long>(bytes_.size()));
      jpeg_read_header(&info_, TRUE);
      if (info_.arith_code) ERREXIT(&info_, JERR_ARITH_NOTIMPL);
    });
  }
  int width() const { return static_cast<int>(info_.image_width); }
  int height() const { return static_cast<int>(info_.image_height); }
  int channels() const { return info_.num_components == 4 ? 4 : 3; }

  // (H, W, channels()): RGB, or CMYK as it is stored.
  bool reads_pixels(unsigned char* to) {
    return succeeds([=, this] {
      info_.out_color_space = channels() == 4 ? JCS_CMYK : JCS_RGB;
      info_.do_block_smoothing = FALSE;
      jpeg_start_decompress(&info_);
      for (std::size_t row = std::size_t{info_.output_width} * static_cast<std::size_t>(channels());
           info_.output_scanline < info_.output_height;) {
        JSAMPROW place = to + row * info_.output_scanline;
        jpeg_read_scanlines(&info_, &place, 1);
      }
      jpeg_finish_decompress(&info_);
    });
  }
  bool is_inverted() const { return info_.saw_Adobe_marker; }
  const char* reason() const { return reason_; }

 private:
  template <class Step> bool succeeds(Step step) {
    if (setjmp(escape_)) return false;
    step();
    return true;
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

  std::span<const unsigned char> bytes_;
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf escape_;
  PackedArrays coefficients_;
  char reason_[JMSG_LENGTH_MAX] = "";
};

inline Picture decode_jpeg(const Encoded& file) {
  JpegReader reader(file.bytes);
  if (!reader.reads_header()) file.refuse_kind();
  const int width = reader.width(), height = reader.height();
  file.check_size(width, height);
  Picture picture = blank(width, height);
  if (reader.channels() == 3) {
    if (!reader.reads_pixels(picture.rgb.data())) file.refuse_content(reader.reason());
    return picture;
  }
  std::vector<unsigned char> cmyk(picture.rgb.size() / 3 * 4);
  if (!reader.reads_pixels(cmyk.data())) file.refuse_content(reader.reason());
  const int flip = reader.is_inverted() ? 0 : 255;
  auto from = cmyk.begin();
  for (auto to = picture.rgb.begin(); to != picture.rgb.end(); to += 3, from += 4)
    for (int c = 0; c < 3; ++c)
      to[c] = static_cast<unsigned char>(((from[c] ^ flip) * (from[3] ^ flip) + 127) / 255);
  return picture;
}

}  // namespace guise::image_file
#endif  // GUISE_LIBJPEG
