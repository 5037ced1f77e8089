// Internal: TIFF read and written by libtiff, where GUISE_LIBTIFF is defined; see io/picture/image_file.hpp. Of a
// file the first picture is read: 8 or 16 bits or float32, any number of channels, in strips or tiles, channels
// together or apart; grey in both directions, RGB, a palette, YCbCr of JPEG; uncompressed or by LZW, PackBits, Deflate or
// JPEG, whose bounds on how much a byte can hold are known. Transparency that colours were multiplied by is divided out.
#pragma once
#ifdef GUISE_LIBTIFF
#include <guise/io/picture/detail/encoded_picture.hpp>
#include <guise/io/picture/detail/encoder_sink.hpp>
#include <guise/io/picture/detail/tiff_stream.hpp>
#include <guise/io/picture/exif.hpp>
#include <guise/io/picture/raster.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace guise::image_file {

struct TiffLayout {
  std::uint32_t width = 0, height = 0, tile_width = 0, tile_height = 0;  // tile_width 0: strips
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
                    layout.channels == 3,
             palette = layout.colour == PHOTOMETRIC_PALETTE && layout.channels == 1 && layout.bits == 8,
             rgb = layout.colour == PHOTOMETRIC_RGB && layout.channels >= 3;
  if (!grey && !rgb && !palette && !jpeg)
    file.refuse_variant("a TIFF of colours of kind " + std::to_string(layout.colour),
                        "grey, RGB or a palette");
  return layout;
}

// Reads rows or tiles of one plane (channel), or of all channels together.
class TiffPixels {
 public:
  TiffPixels(const Encoded& file, const TiffStream& stream, const TiffLayout& layout, Raster& raster)
      : file_(file), stream_(stream), layout_(layout), raster_(raster) {}

  void read() {
    const int planes = layout_.apart() ? layout_.channels : 1;
    for (int plane = 0; plane < planes; ++plane) layout_.tile_width ? read_tiles(plane) : read_rows(plane);
  }

 private:
  void require(bool holds) const {
    if (!holds) file_.refuse_content(stream_.reason());
  }
  void read_rows(int plane) {
    const auto count = static_cast<std::size_t>(TIFFScanlineSize(stream_.file()));
    require(count == bytes_of_pixel() * layout_.width);
    std::vector<unsigned char> row(count);
    for (std::uint32_t y = 0; y < layout_.height; ++y) {
      require(TIFFReadScanline(stream_.file(), row.data(), y, static_cast<std::uint16_t>(plane)) == 1);
      put(row.data(), y, 0, layout_.width, plane);
    }
  }
  void read_tiles(int plane) {
    const auto count = static_cast<std::size_t>(TIFFTileSize(stream_.file()));
    const std::size_t row = bytes_of_pixel() * layout_.tile_width;
    require(count == row * layout_.tile_height);
    std::vector<unsigned char> tile(count);
    for (std::uint32_t top = 0; top < layout_.height; top += layout_.tile_height)
      for (std::uint32_t left = 0; left < layout_.width; left += layout_.tile_width) {
        require(TIFFReadTile(stream_.file(), tile.data(), left, top, 0, static_cast<std::uint16_t>(plane)) >=
                0);
        for (std::uint32_t y = top; y < std::min(layout_.height, top + layout_.tile_height); ++y)
          put(tile.data() + (y - top) * row, y, left, std::min(layout_.width - left, layout_.tile_width),
              plane);
      }
  }
  std::size_t bytes_of_pixel() const {
    return static_cast<std::size_t>(raster_.depth) * (layout_.apart() ? 1u : layout_.channels);
  }
  void put(const unsigned char* from, std::uint32_t y, std::uint32_t left, std::uint32_t count, int plane) {
    const std::size_t size = static_cast<std::size_t>(raster_.depth), pixel = size * layout_.channels;
    unsigned char* to = raster_.bytes.data() + (std::size_t{y} * layout_.width + left) * pixel;
    if (!layout_.apart()) {
      std::copy_n(from, count * pixel, to);
      return;
    }
    to += size * static_cast<std::size_t>(plane);
    for (std::uint32_t x = 0; x < count; ++x, to += pixel, from += size) std::copy_n(from, size, to);
  }

  const Encoded& file_;
  const TiffStream& stream_;
  const TiffLayout& layout_;
  Raster& raster_;
};

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
inline Raster through_palette(const Encoded& file, TIFF* tiff, const Raster& entries) {
  std::uint16_t* colours[3] = {};
  if (!TIFFGetField(tiff, TIFFTAG_COLORMAP, &colours[0], &colours[1], &colours[2]))
    file.refuse_content("a palette without colours");
  Raster raster = blank_raster(entries.width, entries.height, 3);
  for (Index k = 0; k < raster.numbers(); ++k)
    raster.put(k, static_cast<std::uint8_t>(colours[k % 3][entries.at<std::uint8_t>(k / 3)] >> 8));
  return raster;
}

inline Raster decode_tiff(const Encoded& file) {
  const auto bytes = file.bytes.all();
  // LZW and Deflate expand a byte to less than 2048, and so does JPEG at 2^-5 bits a pixel.
  constexpr std::int64_t expansion = 2048;
  TiffStream stream(bytes, std::min(16 * file.largest, expansion * std::ssize(bytes)) + (1 << 20));
  if (!stream.file()) file.refuse_content(stream.reason());
  const TiffLayout layout = tiff_layout(file, stream.file());
  file.check_numbers(layout.width, layout.height, layout.channels, layout.depth(), bytes.size(), expansion);
  if (layout.tile_width)  // one tile is no larger than a picture may be
    file.check_numbers(layout.tile_width, layout.tile_height, layout.channels, layout.depth(), bytes.size(),
                       expansion);
  if (layout.colour == PHOTOMETRIC_YCBCR)
    TIFFSetField(stream.file(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  Raster raster = blank_raster(static_cast<int>(layout.width), static_cast<int>(layout.height),
                               layout.channels, layout.depth(), layout.alpha);
  TiffPixels(file, stream, layout, raster).read();
  if (layout.colour == PHOTOMETRIC_PALETTE) raster = through_palette(file, stream.file(), raster);
  if (layout.colour == PHOTOMETRIC_MINISWHITE) invert_grey(raster);
  if (layout.alpha && layout.multiplied) divide_out_alpha(raster);
  return upright(std::move(raster), layout.orientation);
}

inline bool encode_tiff(const Pixels& from, EncoderSink& sink) {
  const std::size_t bytes = from.row_bytes() * static_cast<std::size_t>(from.height);
  TiffStream stream(bytes > 0xf0000000u);
  TIFF* tiff = stream.file();
  if (!tiff) return false;
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
  std::vector<unsigned char> row(from.row_bytes());
  for (int y = 0; y < from.height; ++y) {
    std::copy_n(from.row(y), row.size(), row.begin());  // libtiff may change what it is given
    if (TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y), 0) != 1) return false;
  }
  if (!TIFFWriteDirectory(tiff)) return false;
  stream.close();
  return !stream.failed() && sink.put(stream.written().data(), stream.written().size());
}

}  // namespace guise::image_file
#endif  // GUISE_LIBTIFF
