// JPEG files as other programs write them, by libjpeg.
#pragma once
#ifdef GUISE_LIBJPEG
#include <guise/io/picture/detail/libjpeg_decoder.hpp>

#include <cmath>
#include <filesystem>

namespace guise::testing {

struct JpegKind {
  std::string name{};
  J_COLOR_SPACE stored;
  bool progressive = true, subsampled = false;
  unsigned restart = 0;  // rows of blocks
  int quality = 92;
  bool interleaved = false;  // if not progressive: one scan
  bool arithmetic = false;   // instead of Huffman coding
};

// Sequential, but a scan for each channel.
inline void one_by_one(jpeg_compress_struct& info, jpeg_scan_info* scans) {
  for (int c = 0; c < info.num_components; ++c) scans[c] = {1, {c}, 0, DCTSIZE2 - 1, 0, 0};
  info.scan_info = scans;
  info.num_scans = info.num_components;
}

// Grey is the picture's red; of CMYK the last is its red too.
inline void write_jpeg(const std::filesystem::path& path, const Picture& picture, const JpegKind& kind) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (!file) throw Error(path.string() + ": cannot be written");
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_scan_info scans[4];
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  jpeg_stdio_dest(&info, file);
  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  const bool grey = kind.stored == JCS_GRAYSCALE, four = kind.stored == JCS_CMYK || kind.stored == JCS_YCCK;
  const int channels = info.input_components = grey ? 1 : four ? 4 : 3;
  info.in_color_space = grey ? JCS_GRAYSCALE : four ? JCS_CMYK : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, kind.stored);
  jpeg_set_quality(&info, kind.quality, TRUE);
  info.arith_code = kind.arithmetic;
  info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = kind.subsampled ? 2 : 1;
  info.restart_in_rows = static_cast<int>(kind.restart);
  if (kind.progressive)
    jpeg_simple_progression(&info);
  else if (!kind.interleaved)
    one_by_one(info, scans);
  jpeg_start_compress(&info, TRUE);
  std::vector<JSAMPLE> row(info.image_width * static_cast<std::size_t>(channels));
  while (info.next_scanline < info.image_height) {
    const unsigned char* from = picture.rgb.data() + std::size_t{info.next_scanline} * info.image_width * 3;
    for (std::size_t x = 0; x < info.image_width; ++x)
      for (int c = 0; c < channels; ++c)
        row[x * std::size_t(channels) + std::size_t(c)] = from[3 * x + std::size_t(c % 3)];
    JSAMPROW line = row.data();
    jpeg_write_scanlines(&info, &line, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::fclose(file);
}

// What libjpeg makes of a file when left to itself: nothing where it warns. CMYK, which it leaves as it is
// stored, becomes RGB as Adobe means it.
inline std::vector<unsigned char> plainly_decoded(std::span<const unsigned char> bytes) {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  std::jmp_buf escape;
  std::vector<unsigned char> pixels;
  info.err = jpeg_std_error(&errors);
  errors.error_exit = [](j_common_ptr failed) {
    std::longjmp(*static_cast<std::jmp_buf*>(failed->client_data), 1);
  };
  errors.emit_message = [](j_common_ptr warned, int level) {
    if (level < 0) warned->err->error_exit(warned);
  };
  if (setjmp(escape)) {
    pixels.clear();
  } else {
    jpeg_create_decompress(&info);
    info.client_data = &escape;
    jpeg_mem_src(&info, bytes.data(), static_cast<unsigned long>(bytes.size()));
    jpeg_read_header(&info, TRUE);
    info.out_color_space = info.num_components == 4 ? JCS_CMYK : JCS_RGB;
    info.do_block_smoothing = FALSE;
    jpeg_start_decompress(&info);
    const std::size_t row = std::size_t{info.output_width} * static_cast<std::size_t>(info.output_components);
    pixels.resize(row * info.output_height);
    while (info.output_scanline < info.output_height) {
      JSAMPROW line = pixels.data() + row * info.output_scanline;
      jpeg_read_scanlines(&info, &line, 1);
    }
    if (info.output_components == 4) {
      for (std::size_t k = 0; 4 * k < pixels.size(); ++k)
        for (std::size_t c = 0; c < 3; ++c)
          pixels[3 * k + c] =
              static_cast<unsigned char>(std::lround(pixels[4 * k + c] * pixels[4 * k + 3] / 255.));
      pixels.resize(pixels.size() / 4 * 3);
    }
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
  return pixels;
}

}  // namespace guise::testing
#endif  // GUISE_LIBJPEG
