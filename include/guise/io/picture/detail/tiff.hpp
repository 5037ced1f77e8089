// Internal: TIFF read and written by libtiff, where GUISE_LIBTIFF is defined; see io/picture/image_file.hpp. Of a
// file the first picture is read: 8 or 16 bits or float32, any number of channels, in strips or tiles, channels
// together or apart; grey in both directions, RGB, a palette, YCbCr of JPEG; uncompressed or by LZW, PackBits, Deflate or
// JPEG, whose bounds on how much a byte can hold are known. Transparency that colours were multiplied by is divided out.
#pragma once
#ifdef GUISE_LIBTIFF
#include <guise/io/picture/detail/encoded_picture.hpp>
#include <guise/io/picture/detail/encoder_sink.hpp>
#include <guise/io/picture/detail/row_codec.hpp>
#include <guise/io/picture/detail/tiff_stream.hpp>
#include <guise/io/picture/raster.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace guise::image_file {

struct TiffLayout {
  std::uint32_t width = 0, height = 0, strip_height = 0, tile_width = 0,
                tile_height = 0;  // tile_width 0: strips
  std::uint16_t bits = 1, channels = 1, format = SAMPLEFORMAT_UINT, colour = PHOTOMETRIC_MINISBLACK,
                compression = COMPRESSION_NONE, planes = PLANARCONFIG_CONTIG, orientation = 1, extra = 0;
  bool multiplied = false, alpha = false;
  Depth depth() const { return bits == 8 ? Depth::bits8 : bits == 16 ? Depth::bits16 : Depth::float32; }
  bool apart() const { return planes == PLANARCONFIG_SEPARATE && channels > 1; }
};

inline TiffLayout tiff_layout(const Encoded& file, TIFF* tiff) {
  TiffLayout layout;
  const auto tag = [&](std::uint32_t name, auto& value) { TIFFGetFieldDefaulted(tiff, name, &value); };
  tag(TIFFTAG_IMAGEWIDTH, layout.width);
  tag(TIFFTAG_IMAGELENGTH, layout.height);
  tag(TIFFTAG_BITSPERSAMPLE, layout.bits);
  tag(TIFFTAG_SAMPLESPERPIXEL, layout.channels);
  tag(TIFFTAG_SAMPLEFORMAT, layout.format);
  tag(TIFFTAG_PHOTOMETRIC, layout.colour);
  tag(TIFFTAG_COMPRESSION, layout.compression);
  tag(TIFFTAG_PLANARCONFIG, layout.planes);
  tag(TIFFTAG_ORIENTATION, layout.orientation);
  std::uint16_t* kinds = nullptr;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &layout.extra, &kinds);
  const std::uint16_t last = layout.extra ? kinds[layout.extra - 1] : std::uint16_t{EXTRASAMPLE_UNSPECIFIED};
  layout.multiplied = last == EXTRASAMPLE_ASSOCALPHA;
  layout.alpha = layout.channels > 1 && (layout.multiplied || last == EXTRASAMPLE_UNASSALPHA);
  if (TIFFIsTiled(tiff)) {
    tag(TIFFTAG_TILEWIDTH, layout.tile_width);
    tag(TIFFTAG_TILELENGTH, layout.tile_height);
    if (!layout.tile_width || !layout.tile_height) file.refuse_content("tiles without sides");
  } else {
    tag(TIFFTAG_ROWSPERSTRIP, layout.strip_height);
    if (!layout.strip_height) file.refuse_content("strips without rows");
  }

  const bool whole = layout.format == SAMPLEFORMAT_UINT || layout.format == SAMPLEFORMAT_VOID;
  if (!(whole && (layout.bits == 8 || layout.bits == 16)) &&
      !(layout.format == SAMPLEFORMAT_IEEEFP && layout.bits == 32))
    file.refuse_variant("a TIFF of " + std::to_string(layout.bits) + " bits a channel" +
                            (layout.format == SAMPLEFORMAT_INT ? " with signs" : ""),
                        "8 or 16 bits, or 32 of float");
  const std::uint16_t known[] = {COMPRESSION_NONE,    COMPRESSION_LZW,           COMPRESSION_PACKBITS,
                                 COMPRESSION_DEFLATE, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_JPEG};
  if (std::ranges::find(known, layout.compression) == std::end(known))
    file.refuse_variant("a TIFF of compression " + std::to_string(layout.compression),
                        "none, LZW, PackBits, Deflate or JPEG");
  const bool grey = layout.colour == PHOTOMETRIC_MINISBLACK || layout.colour == PHOTOMETRIC_MINISWHITE,
             jpeg = layout.colour == PHOTOMETRIC_YCBCR && layout.compression == COMPRESSION_JPEG &&
                    layout.channels == 3 && !layout.apart(),
             palette = layout.colour == PHOTOMETRIC_PALETTE && layout.channels == 1 && layout.bits == 8,
             rgb = layout.colour == PHOTOMETRIC_RGB && layout.channels >= 3;
  if (!grey && !rgb && !palette && !jpeg)
    file.refuse_variant("a TIFF of colours of kind " + std::to_string(layout.colour),
                        "grey, RGB or a palette");
  return layout;
}

// From white at 0 to white at the top.
inline void invert_grey(Raster& raster) {
  guise::detail::with_number(raster.depth, [&]<class T>(T) {
    const T most = static_cast<T>(range_of(raster.depth).high);
    for (Index k = 0; k < raster.numbers(); ++k)
      if (!raster.alpha || (k + 1) % raster.channels) raster.put(k, static_cast<T>(most - raster.at<T>(k)));
  });
}
inline void divide_out_alpha(Raster& raster) {
  guise::detail::with_number(raster.depth, [&]<class T>(T) {
    const double most = range_of(raster.depth).high;
    for (Index k = 0; k < raster.numbers(); ++k) {
      const double covered = raster.at<T>(k / raster.channels * raster.channels + raster.channels - 1);
      if ((k + 1) % raster.channels && covered > 0)
        raster.put(k, guise::detail::number_of<T>(std::min(raster.at<T>(k) * most / covered, most)));
    }
  });
}
class TiffDecoder : public RowDecoder {
 public:
  explicit TiffDecoder(const Encoded& file) : file_(file), stream_(file.bytes, largest_block(file)) {
    require(stream_.file() != nullptr);
    layout_ = tiff_layout(file, stream_.file());
    const std::int64_t channels = layout_.channels;
    check(layout_.width, layout_.height);
    if (layout_.tile_width) check(layout_.tile_width, layout_.tile_height);
    if (layout_.colour == PHOTOMETRIC_YCBCR)
      TIFFSetField(stream_.file(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    if (layout_.colour == PHOTOMETRIC_PALETTE)
      require(TIFFGetField(stream_.file(), TIFFTAG_COLORMAP, &palette_[0], &palette_[1], &palette_[2]));
    form = {static_cast<int>(layout_.width),
            static_cast<int>(layout_.height),
            static_cast<int>(palette_[0] ? 3 : channels),
            layout_.depth(),
            layout_.alpha,
            {}};
    orientation = layout_.orientation;
    if (layout_.tile_width || layout_.apart()) {
      band_ = blank_form(static_cast<int>(std::min(layout_.height, band_height())));
      memory = static_cast<std::size_t>(band_.numbers() * static_cast<int>(band_.depth)) + piece_bytes();
    } else {
      memory = std::min<std::size_t>(TIFFStripSize(stream_.file()), file.bytes.size());
    }
  }

  Raster next() override {
    const std::uint32_t y = y_++;
    Raster row;
    if (band_.height == 0) {
      row = blank_form(1);
      row.bytes.resize(static_cast<std::size_t>(TIFFScanlineSize(stream_.file())));
      require(row.bytes.size() == bytes_of_pixel() * layout_.width &&
              TIFFReadScanline(stream_.file(), row.bytes.data(), y, 0) == 1);
    } else {
      if (y % band_height() == 0) read_band(y);
      row = row_of(band_, static_cast<int>(y % band_height()));
    }
    if (palette_[0]) row = through_palette(row);
    if (layout_.colour == PHOTOMETRIC_MINISWHITE) invert_grey(row);
    if (layout_.alpha && layout_.multiplied) divide_out_alpha(row);
    return row;
  }

 private:
  // LZW and Deflate expand a byte to less than 2048, and so does JPEG at 2^-5 bits a pixel.
  static constexpr std::int64_t expansion = 2048;
  static tmsize_t largest_block(const Encoded& file) {
    const auto bytes =
        static_cast<std::int64_t>(std::min<std::size_t>(file.bytes.size(), std::size_t{1} << 40));
    return std::min(16 * std::min(file.largest, largest_picture), expansion * bytes) + (1 << 20);
  }
  void require(bool holds) const {
    if (!holds) file_.refuse_content(stream_.reason());
  }
  // Of the picture, and of a tile, which is no larger than a picture may be.
  void check(std::int64_t width, std::int64_t height) const {
    file_.check_numbers(width, height, layout_.channels, layout_.depth(), file_.bytes.size(), expansion);
  }
  Raster blank_form(int height) const {  // as the file has it, without bytes
    return {static_cast<int>(layout_.width), height, layout_.channels, layout_.depth(), layout_.alpha, {}};
  }
  std::uint32_t band_height() const {
    return layout_.tile_width ? layout_.tile_height : layout_.strip_height;
  }
  std::size_t bytes_of_pixel() const {
    return static_cast<std::size_t>(layout_.depth()) * (layout_.apart() ? 1u : layout_.channels);
  }
  std::size_t piece_bytes() const {  // of a tile or strip, of one plane where these are apart
    return bytes_of_pixel() * (layout_.tile_width ? layout_.tile_width : layout_.width) *
           std::min(layout_.tile_width ? layout_.tile_height : layout_.height, band_height());
  }
  // The tiles or strips that begin at row `top`.
  void read_band(std::uint32_t top) {
    band_.bytes.resize(static_cast<std::size_t>(band_.numbers() * static_cast<int>(band_.depth)));
    std::vector<unsigned char> piece(piece_bytes());
    const std::uint32_t rows = std::min(layout_.height - top, band_height()),
                        wide = layout_.tile_width ? layout_.tile_width : layout_.width;
    for (int plane = 0; plane < (layout_.apart() ? layout_.channels : 1); ++plane)
      for (std::uint32_t left = 0; left < layout_.width; left += wide) {
        read_piece(piece, left, top, rows, static_cast<std::uint16_t>(plane));
        for (std::uint32_t y = 0; y < rows; ++y)
          put(piece.data() + y * wide * bytes_of_pixel(), y, left, std::min(layout_.width - left, wide),
              plane);
      }
  }
  void read_piece(std::vector<unsigned char>& piece, std::uint32_t left, std::uint32_t top,
                  std::uint32_t rows, std::uint16_t plane) {
    TIFF* const tiff = stream_.file();
    if (layout_.tile_width)
      return require(static_cast<std::size_t>(TIFFTileSize(tiff)) == piece.size() &&
                     TIFFReadTile(tiff, piece.data(), left, top, 0, plane) >= 0);
    const auto wanted = static_cast<tmsize_t>(bytes_of_pixel() * layout_.width * rows);
    require(TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, top, plane), piece.data(), wanted) == wanted);
  }
  void put(const unsigned char* from, std::uint32_t y, std::uint32_t left, std::uint32_t count, int plane) {
    const std::size_t size = static_cast<std::size_t>(layout_.depth()), pixel = size * layout_.channels;
    unsigned char* to = band_.bytes.data() + (std::size_t{y} * layout_.width + left) * pixel;
    if (!layout_.apart()) {
      std::copy_n(from, count * pixel, to);
      return;
    }
    to += size * static_cast<std::size_t>(plane);
    for (std::uint32_t x = 0; x < count; ++x, to += pixel, from += size) std::copy_n(from, size, to);
  }
  Raster through_palette(const Raster& entries) const {
    Raster row = blank_raster(entries.width, 1, 3);
    for (Index k = 0; k < row.numbers(); ++k)
      row.put(k, static_cast<std::uint8_t>(palette_[k % 3][entries.at<std::uint8_t>(k / 3)] >> 8));
    return row;
  }

  const Encoded& file_;
  TiffStream stream_;
  TiffLayout layout_;
  std::uint16_t* palette_[3] = {};  // libtiff's; null where there is none
  Raster band_{};                   // of tiles, or of strips of planes that lie apart
  std::uint32_t y_ = 0;
};

class TiffEncoder : public RowEncoder {
 public:
  TiffEncoder(const Pixels& from, EncoderSink& sink)
      : row_(from.row_bytes()),
        stream_(sink, row_.size() * static_cast<std::size_t>(from.height) > 0xf0000000u) {
    TIFF* const tiff = stream_.file();
    if (!tiff) return;
    const bool rgb = from.channels - from.alpha == 3, real = from.depth == Depth::float32;
    const auto extra = static_cast<std::uint16_t>(from.channels - (rgb ? 3 : 1));
    std::vector<std::uint16_t> kinds(extra, EXTRASAMPLE_UNSPECIFIED);
    if (from.alpha) kinds.back() = EXTRASAMPLE_UNASSALPHA;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(from.width));
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(from.height));
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8 * static_cast<int>(from.depth));
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, from.channels);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, real ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, rgb ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    if (extra) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, extra, kinds.data());
    if (TIFFIsCODECConfigured(COMPRESSION_ADOBE_DEFLATE)) {
      TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
      TIFFSetField(tiff, TIFFTAG_PREDICTOR, real ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL);
    }
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
  }
  bool put(const unsigned char* row) override {
    std::copy_n(row, row_.size(), row_.begin());  // libtiff may change what it is given
    return stream_.file() && TIFFWriteScanline(stream_.file(), row_.data(), y_++, 0) == 1;
  }
  bool finish() override {
    const bool done = stream_.file() && TIFFWriteDirectory(stream_.file());
    stream_.close();
    return done;
  }

 private:
  std::vector<unsigned char> row_;
  TiffStream stream_;
  std::uint32_t y_ = 0;
};

}  // namespace guise::image_file
#endif  // GUISE_LIBTIFF
