// Internal: a PngReader decodes PNG by libpng, where GUISE_LIBPNG is defined; see io/picture/image_file.hpp.
// libpng reports errors by a jump. Its functions are therefore called within `succeeds`, in lambdas that hold
// nothing to destroy, and C++ does the rest between them. Chunks that say nothing of the pixels are skipped
// unread. As with stb, a chunk's checksum is not verified; that of the pixels is.
#pragma once
#ifdef GUISE_LIBPNG
#include <guise/io/picture/detail/encoded_picture.hpp>

#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <utility>
#include <vector>

namespace guise::image_file {

class PngReader {
 public:
  explicit PngReader(EncodedBytes& bytes)
      : bytes_(bytes), png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, ignore)) {
    if (png_) info_ = png_create_info_struct(png_);
  }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  bool reads_header() {
    return info_ && succeeds([this] {
             png_set_read_fn(png_, this, read);
             png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // check_size tells
             // -1: of all chunks but those of pixels and colours
             png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
             png_set_crc_action(png_, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
             png_read_info(png_, info_);
           });
  }
  int width() const { return static_cast<int>(png_get_image_width(png_, info_)); }
  int height() const { return static_cast<int>(png_get_image_height(png_, info_)); }

  bool is_transparent() const {
    return png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA ||
           png_get_valid(png_, info_, PNG_INFO_tRNS);
  }

  // RGB of 8 bits, and coverage as the fourth channel; 0: the channels and the depth that the file has.
  bool prepares(int channels) {
    return succeeds([=, this] {
      png_set_expand(png_);  // palette, 1 to 4 bits of grey, transparent colours
      if (channels) png_set_strip_16(png_);
      if (channels) png_set_gray_to_rgb(png_);
      if (channels == 4) png_set_add_alpha(png_, 255, PNG_FILLER_AFTER);
      if (png_get_bit_depth(png_, info_) == 16) png_set_swap(png_);
      png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
      if (channels && png_get_channels(png_, info_) != channels) png_error(png_, "unexpected channels");
    });
  }
  int channels() const { return png_get_channels(png_, info_); }
  int bits() const { return png_get_bit_depth(png_, info_); }
  Index row_bytes() const { return static_cast<Index>(png_get_rowbytes(png_, info_)); }

  bool reads_rows(unsigned char** rows) {
    return succeeds([=, this] {
      png_read_image(png_, rows);
      png_read_end(png_, nullptr);
    });
  }
  const char* reason() const { return reason_; }

 private:
  template <class Calls> bool succeeds(Calls calls) {  // false where libpng jumped out of them
    if (setjmp(png_jmpbuf(png_))) return false;
    calls();
    return true;
  }
  [[noreturn]] static void fail(png_structp png, png_const_charp reason) {
    auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(reader->reason_, sizeof reader->reason_, "%s", reason);
    png_longjmp(png, 1);
  }
  static void ignore(png_structp, png_const_charp) {}
  static void read(png_structp png, png_bytep to, std::size_t bytes) {
    if (!static_cast<PngReader*>(png_get_io_ptr(png))->bytes_.take(to, bytes))
      png_error(png, "it ends early");
  }

  EncodedBytes& bytes_;
  char reason_[128] = "";
  png_structp png_;
  png_infop info_ = nullptr;
};

inline std::vector<unsigned char> png_pixels(const Encoded& file, PngReader& reader, int channels) {
  if (!reader.prepares(channels)) file.refuse_content(reader.reason());
  const Index row = reader.row_bytes(), height = reader.height();
  std::vector<unsigned char*> rows(height);
  std::vector<unsigned char> pixels(row * height);
  for (Index y = 0; y < height; ++y) rows[y] = pixels.data() + y * row;
  if (!reader.reads_rows(rows.data())) file.refuse_content(reader.reason());
  return pixels;
}
// Returns f(reader), called once the header has been read and its size checked.
template <class F> auto with_png(const Encoded& file, F f) {
  PngReader reader(file.bytes);
  if (!reader.reads_header()) file.refuse_content(reader.reason());
  file.check_size(reader.width(), reader.height());
  return f(reader);
}
inline TransparentPicture decode_transparent_png(const Encoded& file) {
  return with_png(file, [&](PngReader& reader) -> TransparentPicture {
    return {reader.width(), reader.height(), png_pixels(file, reader, 4)};
  });
}
inline Raster decode_png_raster(const Encoded& file) {
  return with_png(file, [&](PngReader& reader) -> Raster {
    std::vector<unsigned char> pixels = png_pixels(file, reader, 0);
    return {reader.width(),
            reader.height(),
            reader.channels(),
            reader.bits() == 16 ? Depth::bits16 : Depth::bits8,
            reader.channels() % 2 == 0,
            std::move(pixels)};
  });
}
inline Picture decode_png(const Encoded& file) {
  return with_png(file, [&](PngReader& reader) -> Picture {
    if (!reader.is_transparent()) return {reader.width(), reader.height(), png_pixels(file, reader, 3)};
    return on_white({reader.width(), reader.height(), png_pixels(file, reader, 4)});
  });
}

}  // namespace guise::image_file
#endif  // GUISE_LIBPNG
