// Internal: a RowDecoder gives the rows of a picture file from the top, and a RowEncoder takes them, so that neither
// needs the picture in memory; see codec.hpp, which chooses them, and io/picture/raster_rows.hpp.
#pragma once
#include <guise/io/picture/raster.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace guise::image_file {

class RowDecoder {
 public:
  RowDecoder() = default;
  RowDecoder(const RowDecoder&) = delete;
  RowDecoder& operator=(const RowDecoder&) = delete;
  virtual ~RowDecoder() = default;

  virtual Raster next() = 0;  // the next row; throws Error where the file does not have it

  Raster form{};  // of the picture as the file has it, without bytes; turned by `orientation` it is upright
  int orientation = 1;
  std::size_t memory = 0;  // bytes that it takes besides a few rows
};

class RowEncoder {
 public:
  RowEncoder() = default;
  RowEncoder(const RowEncoder&) = delete;
  RowEncoder& operator=(const RowEncoder&) = delete;
  virtual ~RowEncoder() = default;

  virtual bool put(const unsigned char* row) = 0;  // false: as encode in codec.hpp
  virtual bool finish() { return true; }
};

inline Raster gathered(RowDecoder& rows) {
  Raster whole = rows.form;
  whole.bytes.resize(static_cast<std::size_t>(whole.numbers() * static_cast<int>(whole.depth)));
  auto at = whole.bytes.begin();
  for (int y = 0; y < whole.height; ++y) at = std::ranges::copy(rows.next().bytes, at).out;
  return whole;
}

}  // namespace guise::image_file
