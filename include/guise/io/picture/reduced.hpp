// read_reduced is read_raster for who makes the picture smaller anyway: a JPEG that stays at least twice as large as is
// `wanted`, in both directions, is decoded at a half, a quarter or an eighth of its size where that is a whole number of
// pixels (else its last ones would be no whole ones, and the picture be shifted). That spares most of the memory, and most
// of the time of all that comes after the file's own bits. All other pictures, and all where JPEG is read by stb, are
// decoded as they are. `wanted` is asked with the size of the whole, upright picture, which is returned too: what is
// computed from it does not depend on how the file was decoded. Throws what read_raster throws.
#pragma once
#include <guise/core/function_ref.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/picture/picture_size.hpp>

#include <filesystem>

namespace guise {

struct ReducedPicture {
  Raster raster;
  PictureSize whole;  // of the file's picture
};

ReducedPicture read_reduced(const std::filesystem::path& path, FunctionRef<PictureSize(PictureSize)> wanted,
                            Numbers numbers = Numbers::of_depth);

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/io/picture/detail/reduced_jpeg.hpp>
#endif
