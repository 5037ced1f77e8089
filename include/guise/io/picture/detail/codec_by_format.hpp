// What detail/codec.hpp declares, defined: a decoder and an encoder by the format and by what was compiled in.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/core/error.hpp>
#include <guise/io/picture/detail/codec.hpp>
#include <guise/io/picture/detail/encoded_picture.hpp>
#include <guise/io/picture/detail/encoder_sink.hpp>
#include <guise/io/picture/detail/libjpeg_decoder.hpp>
#include <guise/io/picture/detail/libpng_decoder.hpp>
#include <guise/io/picture/detail/libpng_encoder.hpp>
#include <guise/io/picture/detail/npy.hpp>
#include <guise/io/picture/detail/pnm.hpp>
#include <guise/io/picture/detail/row_codec.hpp>
#include <guise/io/picture/detail/stb_decoder.hpp>
#include <guise/io/picture/detail/tiff.hpp>
#include <guise/io/picture/detail/webp.hpp>
#include <guise/io/picture/exif.hpp>
#include <guise/io/picture/picture.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace guise::image_file {

inline void check_photograph(const Encoded& file) {
  check_jpeg_header(file);
  const JpegScans scans = scans_in(file.bytes);
  if (!scans.whole()) throw Error(file.name + ": truncated: expected a whole JPEG picture");
  if (scans.count > most_scans) file.refuse_content("more than 500 scans");
}
inline Picture decode_photograph(const Encoded& file) {
  check_photograph(file);
#ifdef GUISE_LIBJPEG
  return decode_jpeg(file);
#else
  return decode_jpeg_by_stb(file);
#endif
}
GUISE_FUNCTION std::unique_ptr<RowDecoder> row_decoder(const Encoded& file) {
#ifdef GUISE_LIBTIFF
  if (file.kind == Kind::tiff) return std::make_unique<TiffDecoder>(file);
#endif
  if (file.kind == Kind::pnm) return std::make_unique<PnmDecoder>(file);
  if (file.kind == Kind::npy) return std::make_unique<NpyDecoder>(file);
  return {};
}
// A picture is as it is shown: turned as its file says.
inline Raster decode_other(const Encoded& file) {  // neither PNG nor JPEG
  if (file.kind == Kind::bmp) return decode_raster_by_stb(file);
#ifdef GUISE_LIBWEBP
  if (file.kind == Kind::webp) {
    const int orientation = exif::orientation(file.bytes);
    return upright(decode_webp(file), orientation);
  }
#endif
  const auto rows = row_decoder(file);
  if (!rows) file.refuse_kind();
  return upright(gathered(*rows), rows->orientation);
}
GUISE_FUNCTION TransparentPicture decode_transparent(const Encoded& file) {
  const int orientation = exif::orientation(file.bytes);
  if (file.kind == Kind::jpeg) return upright(opaque(decode_photograph(file)), orientation);
  if (file.kind != Kind::png) {
    Raster raster = in_bytes(decode_other(file), file.name);
    if (!raster.alpha) return opaque(to_picture(raster, file.name));
    return {raster.width, raster.height, std::move(raster.bytes)};
  }
  check_png_header(file);
#ifdef GUISE_LIBPNG
  return upright(decode_transparent_png(file), orientation);
#else
  return upright(decode_png_by_stb(file), orientation);
#endif
}
GUISE_FUNCTION Picture decode(const Encoded& file) {
  const int orientation = exif::orientation(file.bytes);
  if (file.kind == Kind::jpeg) return upright(decode_photograph(file), orientation);
  if (file.kind != Kind::png) return to_picture(decode_other(file), file.name);
  check_png_header(file);
#ifdef GUISE_LIBPNG
  return upright(decode_png(file), orientation);
#else
  return upright(on_white(decode_png_by_stb(file)), orientation);
#endif
}
GUISE_FUNCTION Raster decode_raster(const Encoded& file) {
  if (file.kind == Kind::jpeg) {
    const bool grey = jpeg_header(file.bytes).components == 1;
    Raster raster = to_raster(decode(file));
    return grey ? channels_of(raster, 0, 1) : raster;
  }
  if (file.kind != Kind::png) return decode_other(file);
  const int orientation = exif::orientation(file.bytes);
  check_png_header(file);
#ifdef GUISE_LIBPNG
  return upright(decode_png_raster(file), orientation);
#else
  return upright(decode_raster_by_stb(file), orientation);
#endif
}

GUISE_FUNCTION std::unique_ptr<RowEncoder> row_encoder(const Pixels& form, Kind kind, EncoderSink& sink) {
#ifdef GUISE_LIBPNG
  if (kind == Kind::png) return std::make_unique<PngWriter>(form, sink);
#endif
#ifdef GUISE_LIBTIFF
  if (kind == Kind::tiff) return std::make_unique<TiffEncoder>(form, sink);
#endif
  if (kind == Kind::pnm) return std::make_unique<PnmEncoder>(form, sink);
  if (kind == Kind::npy) return std::make_unique<NpyEncoder>(form, sink);
  return {};
}
GUISE_FUNCTION bool encode(const Pixels& pixels, Kind kind, [[maybe_unused]] int quality, EncoderSink& sink) {
  if (const auto rows = row_encoder(pixels, kind, sink)) {
    for (int y = 0; y < pixels.height; ++y)
      if (!rows->put(pixels.row(y))) return false;
    return rows->finish();
  }
  const auto put = [](void* to, void* data, int size) { static_cast<EncoderSink*>(to)->put(data, size); };
  const int width = pixels.width, height = pixels.height, channels = pixels.channels;
  if (kind == Kind::jpeg)
    return stb::stbi_write_jpg_to_func(put, &sink, width, height, channels, pixels.bytes, quality);
  if (kind == Kind::bmp)
    return stb::stbi_write_bmp_to_func(put, &sink, width, height, channels, pixels.bytes);
#ifdef GUISE_LIBWEBP
  if (kind == Kind::webp) return encode_webp(pixels, quality, sink);
#endif
#ifndef GUISE_LIBPNG
  if (kind == Kind::png)
    return stb::stbi_write_png_to_func(put, &sink, width, height, channels, pixels.bytes, channels * width);
#endif
  return false;
}

}  // namespace guise::image_file
