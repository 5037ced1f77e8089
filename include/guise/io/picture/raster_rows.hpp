// Picture files row by row, for pictures that memory need not hold: a RasterReader gives the rows of a file from the
// top, each a Raster of height 1, and a RasterWriter takes them and writes the format that its name ends in, or nothing.
//
//   RasterReader from("plan.tif");
//   RasterWriter to("copy.png", from.form());
//   for (int y = 0; y < from.form().height; ++y) to.put(from.next());
//   to.commit();
//
// Formats and channels are those of io/picture/image_file.hpp, and so are the pixels. By rows are read TIFF (a row of tiles
// at a time; one that its orientation turns is read whole), PNM and .npy, up to 2^32 pixels; written TIFF, PNG (by
// libpng), PNM and .npy. The rest is read when its RasterReader is made and given up after the last row, and written when
// all rows are there. `memory` is what they take besides a few rows, in bytes. Throws Error as read_raster and
// write_raster do, and where there are more or fewer rows than the form says.
#pragma once
#include <guise/io/picture/image_file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace guise {

inline constexpr std::int64_t largest_in_rows = std::int64_t{1} << 32;  // pixels

class RasterReader {
 public:
  explicit RasterReader(const std::filesystem::path& path, Numbers numbers = Numbers::of_depth)
      : name_(path.string()), bytes_(path), file_(image_file::opened(bytes_, name_)) {
    file_.numbers = numbers;
    if (image_file::reads_rows(file_.kind)) {
      file_.largest = largest_in_rows;
      rows_ = image_file::row_decoder(file_);
      if (rows_ && rows_->orientation <= 1) {
        form_ = rows_->form, memory_ = rows_->memory;
        return;
      }
      rows_ = nullptr, file_.largest = largest_picture;
    }
    whole_ = image_file::decode_raster(file_);
    memory_ = whole_.bytes.size() * (file_.kind == image_file::Kind::webp ? 2 : 1);
    form_ = {whole_.width, whole_.height, whole_.channels, whole_.depth, whole_.alpha, {}};
  }

  const Raster& form() const { return form_; }  // without bytes
  std::size_t memory() const { return memory_; }
  Raster next() {
    if (row_ == form_.height)
      throw Error(name_ + ": no row behind the last: expected no more than " + std::to_string(row_));
    Raster row = rows_ ? rows_->next() : row_of(whole_, row_);
    if (++row_ == form_.height) whole_ = {}, rows_ = nullptr;
    return row;
  }

 private:
  std::string name_;
  image_file::EncodedBytes bytes_;
  image_file::Encoded file_;
  std::unique_ptr<image_file::RowDecoder> rows_;
  Raster whole_{}, form_{};
  std::size_t memory_ = 0;
  int row_ = 0;
};

class RasterWriter {
 public:
  // Of the depth that `form` has, or the deepest that the format has where that is less; the same of its rows.
  RasterWriter(const std::filesystem::path& path, const Raster& form, int quality = usual_quality)
      : path_(path), form_(checked(path, form, quality)), quality_(quality), file_(path), sink_(file_) {
    rows_ = image_file::row_encoder(image_file::pixels_of(form_), image_file::kind_named(path), sink_);
    if (!rows_)
      form_.bytes.reserve(static_cast<std::size_t>(form_.numbers() * static_cast<int>(form_.depth)));
  }
  // What one takes for a picture of this form, which must be one that it writes.
  static std::size_t memory(const std::filesystem::path& path, const Raster& form) {
    const image_file::Kind kind = image_file::kind_named(path);
    const auto pixels = static_cast<std::size_t>(form.width) * static_cast<std::size_t>(form.height);
    if (image_file::writes_rows(kind)) return 0;
    return (kind == image_file::Kind::jpeg ? 3 : 16) *
           pixels;  // the others' encoders have copies of their own
  }
  // Throws the Error of a file that cannot be written for its name, size or channels, before one is opened.
  static void check(const std::filesystem::path& path, const Raster& form, int quality = usual_quality) {
    checked(path, form, quality);
  }

  void put(const Raster& row) {
    const Raster held = image_file::held(path_, row);
    if (row_ == form_.height || held.width != form_.width || held.height != 1 ||
        held.channels != form_.channels || held.depth != form_.depth)
      throw Error(path_.string() + ": cannot be written: row " + std::to_string(row_) +
                  " of another form: expected " + std::to_string(form_.height) + " rows as the picture's");
    ++row_;
    if (!rows_)
      form_.bytes.insert(form_.bytes.end(), held.bytes.begin(), held.bytes.end());
    else if (!rows_->put(held.bytes.data()))
      fail();
  }
  void commit() {
    if (row_ != form_.height)
      throw Error(path_.string() + ": cannot be written: " + std::to_string(row_) + " rows: expected " +
                  std::to_string(form_.height));
    const bool done = rows_ ? rows_->finish()
                            : image_file::encode(image_file::pixels_of(form_), image_file::kind_named(path_),
                                                 quality_, sink_);
    if (!done) fail();
    sink_.finish();
    file_.commit();
  }

 private:
  static Raster checked(const std::filesystem::path& path, const Raster& form, int quality) {
    // Its channels and its depth, seen at one pixel.
    const Raster as = image_file::held(path, blank_raster(1, 1, form.channels, form.depth, form.alpha));
    const Raster held{form.width, form.height, as.channels, as.depth, as.alpha, {}};
    image_file::check_writable(
        path, image_file::pixels_of(held), quality,
        image_file::writes_rows(image_file::kind_named(path)) ? largest_in_rows : largest_picture);
    return held;
  }
  [[noreturn]] void fail() {
    sink_.finish();  // throws what stopped it
    throw Error(path_.string() + ": cannot be written: too large for its format");
  }

  std::filesystem::path path_;
  Raster form_;  // and its bytes, where the format is not encoded row by row
  int quality_;
  AtomicFile file_;
  image_file::EncoderSink sink_;
  std::unique_ptr<image_file::RowEncoder> rows_;
  int row_ = 0;
};

}  // namespace guise
