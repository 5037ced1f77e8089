// What io/picture/reduced.hpp declares, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/io/picture/detail/codec_by_format.hpp>
#include <guise/io/picture/reduced.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace guise {

GUISE_FUNCTION ReducedPicture read_reduced(const std::filesystem::path& path,
                                           [[maybe_unused]] FunctionRef<PictureSize(PictureSize)> wanted,
                                           Numbers numbers) {
  image_file::EncodedBytes bytes(path);
  const std::string name = path.string();
  image_file::Encoded file = image_file::opened(bytes, name);
  file.numbers = numbers;
#ifdef GUISE_LIBJPEG
  if (file.kind == image_file::Kind::jpeg) {
    const int orientation = exif::orientation(bytes);
    const bool sideways = orientation >= 5 && orientation <= 8,
               grey = image_file::jpeg_header(bytes).components == 1;
    PictureSize whole;
    const auto eighths = [&](int width, int height) {
      whole = sideways ? PictureSize{height, width} : PictureSize{width, height};
      const PictureSize enough = wanted(whole);
      const auto stays = [&](int parts) {  // at least twice as large as is wanted, and whole pixels
        const auto long_enough = [&](int side, int least) {
          const std::int64_t size = std::int64_t{side} * parts;  // in eighths
          return size >= 16 * std::int64_t{least} && size % 8 == 0;
        };
        return long_enough(whole.width, enough.width) && long_enough(whole.height, enough.height);
      };
      int parts = 8;
      while (parts > 1 && stays(parts / 2)) parts /= 2;
      return parts;
    };
    image_file::check_photograph(file);
    Raster raster = to_raster(image_file::decode_jpeg(file, eighths));
    raster = upright(std::move(raster), orientation);
    return {grey ? channels_of(raster, 0, 1) : std::move(raster), whole};
  }
#endif
  Raster raster = image_file::decode_raster(file);
  const PictureSize whole{raster.width, raster.height};
  return {std::move(raster), whole};
}

}  // namespace guise
