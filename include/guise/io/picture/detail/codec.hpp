// Internal: the choice of the decoder and the encoder for a picture file, by what was compiled in: libpng and
// libjpeg-turbo where GUISE_LIBPNG and GUISE_LIBJPEG are defined, else stb. See io/picture/image_file.hpp.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/picture/detail/encoded_picture.hpp>
#include <guise/io/picture/detail/encoder_sink.hpp>
#include <guise/io/picture/detail/libjpeg_decoder.hpp>
#include <guise/io/picture/detail/libpng_decoder.hpp>
#include <guise/io/picture/detail/libpng_encoder.hpp>
#include <guise/io/picture/detail/stb_decoder.hpp>
#include <guise/io/picture/exif.hpp>
#include <guise/io/picture/picture.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace guise {

inline constexpr std::int64_t largest_picture = std::int64_t{1} << 28;  // pixels

}  // namespace guise

namespace guise::image_file {

inline Encoded opened(EncodedBytes& bytes, const std::string& name, std::int64_t largest = largest_picture) {
  if (bytes.size() == 0) throw Error(name + ": empty file: expected a PNG or JPEG picture");
  return {bytes, name, largest};
}

// The scans of a JPEG file. Some versions of stb_image fill the rest of a truncated JPEG with grey and report
// no error. No marker can occur within a scan, so a whole file has its end-of-image marker behind the last
// start of a scan.
struct JpegScans {
  std::size_t count = 0;
  bool ended = false;  // an end of the image follows the last
  bool whole() const { return count > 0 && ended; }
};
inline JpegScans scans_in(EncodedBytes& jpeg) {
  JpegScans scans;
  bool marker = false;  // the byte before was that of a marker
  for (auto piece = jpeg.next(); !piece.empty(); piece = jpeg.next())
    for (auto at = piece.begin(); at != piece.end(); ++at) {
      if (!marker && (at = std::find(at, piece.end(), 0xff)) == piece.end()) break;
      if (marker && *at == 0xda) ++scans.count, scans.ended = false;
      if (marker && *at == 0xd9) scans.ended = true;
      marker = *at == 0xff;
    }
  jpeg.rewind();
  return scans;
}

inline Picture decode_photograph(const Encoded& file) {
  check_jpeg_header(file);
  const JpegScans scans = scans_in(file.bytes);
  if (!scans.whole()) throw Error(file.name + ": truncated: expected a whole JPEG picture");
  if (scans.count > most_scans) file.refuse_content("more than 500 scans");
#ifdef GUISE_LIBJPEG
  return decode_jpeg(file);
#else
  return decode_jpeg_by_stb(file);
#endif
}
// A picture is as it is shown: turned as its file says.
inline TransparentPicture decode_transparent(const Encoded& file) {
  const int orientation = exif::orientation(file.bytes);
  if (file.kind == Kind::jpeg) return upright(opaque(decode_photograph(file)), orientation);
  if (file.kind != Kind::png) file.refuse_kind();
  check_png_header(file);
#ifdef GUISE_LIBPNG
  return upright(decode_transparent_png(file), orientation);
#else
  return upright(decode_png_by_stb(file), orientation);
#endif
}
inline Picture decode(const Encoded& file) {
  const int orientation = exif::orientation(file.bytes);
  if (file.kind == Kind::jpeg) return upright(decode_photograph(file), orientation);
  if (file.kind != Kind::png) file.refuse_kind();
  check_png_header(file);
#ifdef GUISE_LIBPNG
  return upright(decode_png(file), orientation);
#else
  return upright(on_white(decode_png_by_stb(file)), orientation);
#endif
}

// False where the picture is too large for its format, or the sink has failed.
inline bool encode(const Picture& picture, bool as_png, EncoderSink& sink) {
  const auto put = [](void* to, void* data, int size) { static_cast<EncoderSink*>(to)->put(data, size); };
  const int width = picture.width, height = picture.height;
  const unsigned char* rgb = picture.rgb.data();
  if (!as_png) return stb::stbi_write_jpg_to_func(put, &sink, width, height, 3, rgb, 95);
#ifdef GUISE_LIBPNG
  return PngWriter(sink).writes(picture);
#else
  return stb::stbi_write_png_to_func(put, &sink, width, height, 3, rgb, 3 * width);
#endif
}

}  // namespace guise::image_file
