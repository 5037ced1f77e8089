// Internal: picture files decoded and encoded by what was compiled in: libpng and libjpeg-turbo where GUISE_LIBPNG and
// GUISE_LIBJPEG are defined, else stb; libwebp and libtiff where GUISE_LIBWEBP and GUISE_LIBTIFF are; BMP by stb. See
// io/picture/image_file.hpp.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/picture/detail/encoded_picture.hpp>
#include <guise/io/picture/detail/encoder_sink.hpp>
#include <guise/io/picture/detail/row_codec.hpp>
#include <guise/io/picture/picture.hpp>

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

// A picture is as it is shown: turned as its file says.
Picture decode(const Encoded& file);
TransparentPicture decode_transparent(const Encoded& file);
Raster decode_raster(const Encoded& file);  // with the channels and the depth that the file has
// Null where the format is not decoded row by row.
std::unique_ptr<RowDecoder> row_decoder(const Encoded& file);

// Null where the format is not encoded row by row. Of `form` all but the bytes is taken.
std::unique_ptr<RowEncoder> row_encoder(const Pixels& form, Kind kind, EncoderSink& sink);
// False where the picture is too large for its format, or the sink has failed. The kind can hold the pixels' depth
// and channels; `quality` is from 1 to 100, of JPEG and WebP.
bool encode(const Pixels& pixels, Kind kind, int quality, EncoderSink& sink);

}  // namespace guise::image_file

#ifndef GUISE_COMPILED
#include <guise/io/picture/detail/codec_by_format.hpp>
#endif
