// Internal: WebP read and written by libwebp, where GUISE_LIBWEBP is defined; see io/picture/image_file.hpp. A
// file's pixels can be as many as its header claims whatever its length, so that only the bounds on all pictures hold.
#pragma once
#ifdef GUISE_LIBWEBP
#include <guise/io/picture/detail/encoded_picture.hpp>
#include <guise/io/picture/detail/encoder_sink.hpp>
#include <guise/io/picture/raster.hpp>

#include <webp/decode.h>
#include <webp/encode.h>

#include <vector>

namespace guise::image_file {

inline Raster decode_webp(const Encoded& file) {
  const auto bytes = file.bytes.all();
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config))
    throw Error(file.name + ": cannot be read: expected libwebp as it was compiled with");
  if (WebPGetFeatures(bytes.data(), bytes.size(), &config.input) != VP8_STATUS_OK)
    file.refuse_content("a WebP header that is none");
  if (config.input.has_animation) file.refuse_variant("an animated WebP picture", "one without animation");
  const int channels = config.input.has_alpha ? 4 : 3;
  file.check_size(config.input.width, config.input.height);
  Raster raster =
      blank_raster(config.input.width, config.input.height, channels, Depth::bits8, channels == 4);
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {raster.bytes.data(), channels * raster.width, raster.bytes.size()};
  const VP8StatusCode status = WebPDecode(bytes.data(), bytes.size(), &config);
  WebPFreeDecBuffer(&config.output);
  if (status == VP8_STATUS_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status != VP8_STATUS_OK)
    file.refuse_content(status == VP8_STATUS_NOT_ENOUGH_DATA || status == VP8_STATUS_SUSPENDED
                            ? "it ends early"
                            : "WebP data that libwebp cannot read");
  return raster;
}

inline bool encode_webp(const Pixels& from, int quality, EncoderSink& sink) {
  struct Encoding {
    WebPPicture picture;
    ~Encoding() { WebPPictureFree(&picture); }
  } encoding;
  WebPPicture& picture = encoding.picture;
  WebPConfig config;
  if (!WebPPictureInit(&picture) ||
      !WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, static_cast<float>(quality)))
    return false;
  picture.width = from.width;
  picture.height = from.height;
  picture.custom_ptr = &sink;
  picture.writer = [](const std::uint8_t* data, std::size_t size, const WebPPicture* to) -> int {
    return static_cast<EncoderSink*>(to->custom_ptr)->put(data, size);
  };
  const int row = static_cast<int>(from.row_bytes());
  return (from.channels == 4 ? WebPPictureImportRGBA(&picture, from.bytes, row)
                             : WebPPictureImportRGB(&picture, from.bytes, row)) &&
         WebPEncode(&config, &picture);
}

}  // namespace guise::image_file
#endif  // GUISE_LIBWEBP
