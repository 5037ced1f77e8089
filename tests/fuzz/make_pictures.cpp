// make_pictures FOLDER: the seeds of the picture targets, one small file for each kind of PNG and JPEG.
#include <png.h>

#include <string>
#include <vector>

// libjpeg takes FILE for granted
// clang-format off
#include <cstdio>
#include <jpeglib.h>
// clang-format on

namespace {

struct File {
  explicit File(const std::string& path) : handle(std::fopen(path.c_str(), "wb")) {}
  ~File() { std::fclose(handle); }
  std::FILE* handle;
};

void write_png(const std::string& path, int kind, int bits, bool interlaced, bool transparent) {
  const File file(path);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, file.handle);
  constexpr unsigned side = 9;
  png_set_IHDR(png, info, side, side, bits, kind, interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  const png_color palette[] = {{10, 20, 30}, {200, 100, 50}};
  const png_byte alpha[] = {128};
  const png_color_16 colour = {0, 1, 1, 1, 1};
  if (kind == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette, 2);
  if (transparent) png_set_tRNS(png, info, alpha, kind == PNG_COLOR_TYPE_PALETTE, &colour);
  png_write_info(png, info);
  std::vector<std::vector<png_byte>> rows(side, std::vector<png_byte>(png_get_rowbytes(png, info)));
  std::vector<png_bytep> lines;
  for (unsigned y = 0; y < side; ++y) {
    for (unsigned x = 0; x < rows[y].size(); ++x)
      rows[y][x] = static_cast<png_byte>(kind == PNG_COLOR_TYPE_PALETTE ? (x + y) % 2 : 29 * x + y * y);
    lines.push_back(rows[y].data());
  }
  png_write_image(png, lines.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
}

void write_jpeg(const std::string& path, int channels, J_COLOR_SPACE in, J_COLOR_SPACE stored,
                bool progressive, unsigned restart) {
  const File file(path);
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  jpeg_stdio_dest(&info, file.handle);
  constexpr unsigned side = 19;
  info.image_width = info.image_height = side;
  info.input_components = channels;
  info.in_color_space = in;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, stored);
  jpeg_set_quality(&info, 60, TRUE);
  info.restart_interval = restart;
  if (progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  std::vector<JSAMPLE> row(side * static_cast<unsigned>(channels));
  while (info.next_scanline < info.image_height) {
    for (unsigned x = 0; x < row.size(); ++x) row[x] = static_cast<JSAMPLE>(5 * x + info.next_scanline * 7);
    JSAMPROW line = row.data();
    jpeg_write_scanlines(&info, &line, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
}

}  // namespace

int main(int, char** arguments) {
  const std::string folder = std::string(arguments[1]) + "/";
  struct {
    const char* name;
    int kind;
  } const kinds[] = {{"grey", PNG_COLOR_TYPE_GRAY},
                     {"grey_alpha", PNG_COLOR_TYPE_GRAY_ALPHA},
                     {"palette", PNG_COLOR_TYPE_PALETTE},
                     {"rgb", PNG_COLOR_TYPE_RGB},
                     {"rgba", PNG_COLOR_TYPE_RGB_ALPHA}};
  for (const auto& [name, kind] : kinds)
    for (int bits : {1, 2, 4, 8, 16}) {
      const bool small = kind == PNG_COLOR_TYPE_GRAY || kind == PNG_COLOR_TYPE_PALETTE;
      if ((bits < 8 && !small) || (bits == 16 && kind == PNG_COLOR_TYPE_PALETTE)) continue;
      write_png(folder + name + std::to_string(bits) + ".png", kind, bits, bits == 4 || bits == 16,
                !(kind & PNG_COLOR_MASK_ALPHA));
    }
  write_jpeg(folder + "grey.jpg", 1, JCS_GRAYSCALE, JCS_GRAYSCALE, false, 0);
  write_jpeg(folder + "rgb.jpg", 3, JCS_RGB, JCS_RGB, false, 1);
  write_jpeg(folder + "ycc.jpg", 3, JCS_RGB, JCS_YCbCr, false, 0);
  write_jpeg(folder + "ycc_progressive.jpg", 3, JCS_RGB, JCS_YCbCr, true, 2);
  write_jpeg(folder + "cmyk.jpg", 4, JCS_CMYK, JCS_CMYK, false, 0);
  write_jpeg(folder + "ycck_progressive.jpg", 4, JCS_CMYK, JCS_YCCK, true, 0);
}
