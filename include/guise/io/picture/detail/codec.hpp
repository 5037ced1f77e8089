// Internal: the choice of the decoder and the encoder for a picture file, by what was compiled in: libpng and
// libjpeg-turbo where GUISE_LIBPNG and GUISE_LIBJPEG are defined, else stb; libwebp and libtiff where GUISE_LIBWEBP and
// GUISE_LIBTIFF are. See io/picture/image_file.hpp.
#pragma once
#include <guise/core/error.hpp>
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

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace guise::image_file {

inline Encoded opened(EncodedBytes& bytes, const std::string& name, std::int64_t largest = largest_picture) {
  if (bytes.size() == 0) throw Error(name + ": empty file: expected a picture");
  Encoded file{bytes, name, largest};
  if (std::cmp_greater(bytes.size(), INT32_MAX) && !reads_rows(file.kind))
    throw Error(name + ": " + std::to_string(bytes.size()) + " bytes: expected at most " +
                std::to_string(INT32_MAX));
  return file;
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
// Null where the format is not decoded row by row.
inline std::unique_ptr<RowDecoder> row_decoder(const Encoded& file) {
#ifdef GUISE_LIBTIFF
  if (file.kind == Kind::tiff) return std::make_unique<TiffDecoder>(file);
#endif
  if (file.kind == Kind::pnm) return std::make_unique<PnmDecoder>(file);
  if (file.kind == Kind::npy) return std::make_unique<NpyDecoder>(file);
  return {};
}
// A picture is as it is shown: turned as its file says.
inline Raster decode_other(const Encoded& file) {  // neither PNG nor JPEG
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
inline TransparentPicture decode_transparent(const Encoded& file) {
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
inline Picture decode(const Encoded& file) {
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
// With the channels and the depth that the file has.
inline Raster decode_raster(const Encoded& file) {
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
  return upright(decode_png_raster_by_stb(file), orientation);
#endif
}

// Null where the format is not encoded row by row. Of `form` all but the bytes is taken.
inline std::unique_ptr<RowEncoder> row_encoder(const Pixels& form, Kind kind, EncoderSink& sink) {
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
// False where the picture is too large for its format, or the sink has failed. The kind can hold the pixels' depth
// and channels; `quality` is from 1 to 100, of JPEG and WebP.
inline bool encode(const Pixels& pixels, Kind kind, [[maybe_unused]] int quality, EncoderSink& sink) {
  if (const auto rows = row_encoder(pixels, kind, sink)) {
    for (int y = 0; y < pixels.height; ++y)
      if (!rows->put(pixels.row(y))) return false;
    return rows->finish();
  }
  [[maybe_unused]] const auto put = [](void* to, void* data, int size) {
    static_cast<EncoderSink*>(to)->put(data, size);
  };
  const int width = pixels.width, height = pixels.height, channels = pixels.channels;
  if (kind == Kind::jpeg)
    return stb::stbi_write_jpg_to_func(put, &sink, width, height, channels, pixels.bytes, quality);
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
