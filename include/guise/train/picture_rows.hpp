// The pictures by which a model shows what it has learnt: rows of batches of which the first picture is shown,
// in [-1, 1], whatever their domains are.
//
//   PictureRows rows;
//   rows.push_back(picture_row(real, translated));
//
// `shown` is what is seen of them: the first three channels as red, green and blue, or where there are fewer the first
// one as grey; those that are smaller than the largest in the upper left of a white one of its size.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/io/picture/picture.hpp>
#include <guise/io/picture/raster.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace guise {

struct Shown;
using PictureRows = std::vector<std::vector<Images<Shown>>>;

template <class... Pictures> std::vector<Images<Shown>> picture_row(Pictures&&... pictures) {
  std::vector<Images<Shown>> row;
  (row.push_back(as<Shown>(std::forward<Pictures>(pictures))), ...);
  return row;
}

inline Picture shown(const Images<Shown>& pictures) {
  const int channels = pictures.shape.c;
  if (channels == rgb_channels) return to_picture(pictures);
  const Raster all = to_raster(pictures, Depth::bits8);
  return to_picture(channels_of(all, 0, channels < rgb_channels ? 1 : rgb_channels));
}
inline std::vector<Picture> shown(const PictureRows& rows) {
  std::vector<Picture> pictures;
  int width = 1, height = 1;
  for (const auto& row : rows)
    for (const auto& each : row) {
      pictures.push_back(shown(each));
      width = std::max(width, pictures.back().width);
      height = std::max(height, pictures.back().height);
    }
  for (Picture& picture : pictures) {
    if (picture.width == width && picture.height == height) continue;
    Picture cell = blank(width, height);
    const Index line = Index{rgb_channels} * picture.width;
    for (int y = 0; y < picture.height; ++y)
      std::copy_n(picture.rgb.begin() + y * line, line, cell.rgb.begin() + y * Index{rgb_channels} * width);
    picture = std::move(cell);
  }
  return pictures;
}

}  // namespace guise
