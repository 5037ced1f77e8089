// Internal: a PngWriter encodes PNG by libpng, row by row, where GUISE_LIBPNG is defined; see
// io/picture/image_file.hpp. As in libpng_decoder.hpp, errors are jumps over what holds nothing to destroy.
#pragma once
#ifdef GUISE_LIBPNG
#include <guise/core/index.hpp>
#include <guise/io/picture/detail/encoder_sink.hpp>
#include <guise/io/picture/detail/formats.hpp>
#include <guise/io/picture/detail/row_codec.hpp>

#include <png.h>

#include <csetjmp>
#include <utility>

namespace guise::image_file {

class PngWriter : public RowEncoder {
 public:
  PngWriter(const Pixels& form, EncoderSink& sink)
      : form_(form), sink_(sink), png_(png_create_write_struct(PNG_LIBPNG_VER_STRING, this, fail, ignore)) {
    if (png_) info_ = png_create_info_struct(png_);
  }
  ~PngWriter() override { png_destroy_write_struct(&png_, &info_); }

  bool put(const unsigned char* row) override {
    const bool first = !std::exchange(begun_, true);
    return info_ && succeeds([=, this] {
             if (first) begin();
             png_write_row(png_, row);
           });
  }
  bool finish() override {
    return info_ && succeeds([this] { png_write_end(png_, nullptr); });
  }

 private:
  template <class Calls> bool succeeds(Calls calls) {  // false where libpng jumped out of them
    if (setjmp(png_jmpbuf(png_))) return false;
    calls();
    return true;
  }
  void begin() {
    png_set_write_fn(png_, &sink_, write, nullptr);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    const int colour =
        (form_.channels > 2 ? PNG_COLOR_MASK_COLOR : 0) | (form_.alpha ? PNG_COLOR_MASK_ALPHA : 0);
    png_set_IHDR(png_, info_, form_.width, form_.height, 8 * static_cast<int>(form_.depth), colour,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png_, 3);  // a third of the time of level 6; a photograph is hardly larger
    png_write_info(png_, info_);
    if (form_.depth == Depth::bits16) png_set_swap(png_);  // behind the header
  }
  [[noreturn]] static void fail(png_structp png, png_const_charp) { png_longjmp(png, 1); }
  static void ignore(png_structp, png_const_charp) {}
  static void write(png_structp png, png_bytep bytes, std::size_t count) {
    if (!static_cast<EncoderSink*>(png_get_io_ptr(png))->put(bytes, count))
      png_error(png, "the sink has failed");
  }

  Pixels form_;  // without its bytes
  EncoderSink& sink_;
  bool begun_ = false;
  png_structp png_;
  png_infop info_ = nullptr;
};

}  // namespace guise::image_file
#endif  // GUISE_LIBPNG
