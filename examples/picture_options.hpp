// The options of a program that gives back pictures as it was given them: name, format, depth, size, transparency and the
// meaning of the numbers, each the input's own unless an option says otherwise.
#pragma once
#include "networks/translators.hpp"
#include "program.hpp"
#include "range_option.hpp"
#include <guise/io/picture/raster_rows.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

struct PictureOptions {
  std::string format, suffix;
  RangeOption range;
  int quality = guise::usual_quality;
  bool keep_alpha = false;

  void add_to(CommandLine& app) {
    app.add_option("--format", format, "of the results; without: that of each picture, by its name")
        .check(one_of({"png", "jpg", "webp", "tif", "bmp", "pgm", "ppm", "npy"}));
    app.add_option("--suffix", suffix, "what is put behind a picture's name, before its ending");
    app.add_option("--quality", quality, "of JPEG and WebP").show_default().check(whole_in(1, 100));
    range.add_to(app);
    app.add_flag("--keep_alpha", keep_alpha,
                 "carry transparency over to the result; without: pictures are put on white");
  }
  void check() const {
    if (suffix.find('/') != suffix.npos)
      throw guise::Error("--suffix " + suffix + ": expected a part of a name, without /");
    if (!format.empty())
      if (const std::string what = guise::image_file::lacking(kind()); !what.empty())
        throw guise::Error("--format " + format + ": " + what);
    range.value();
  }

  // The file name of the result.
  std::filesystem::path name_for(const std::filesystem::path& picture) const {
    const std::string ending = format.empty() ? picture.extension().string() : "." + format;
    return picture.stem().string() + suffix + ending;
  }
  // Whether the name of a result is as these options ask for; throws where it is not.
  void check_name(const std::filesystem::path& input, const std::filesystem::path& output) const {
    if (!suffix.empty() && output.filename() != name_for(input.filename()))
      throw guise::Error("--suffix " + suffix +
                         ": expected a folder as --output, found the name of a file: " + output.string());
    using namespace guise::image_file;
    const Kind found = kind_named(output);
    if (!format.empty() &&
        (found != kind() || (found == Kind::pnm && lower_extension(output) != "." + format)))
      throw guise::Error(output.string() + ": expected a name that ends in ." + format +
                         ", as --format says");
  }
  // Reads, translates and writes, all of it or nothing; the folder of the result is made.
  void translate(const PictureTranslator& translator, const std::filesystem::path& from,
                 const std::filesystem::path& to) const {
    using namespace guise;
    const auto range_in = range.value();
    const Numbers numbers = numbers_for(range_in.has_value());
    RasterReader reader(from, numbers);
    const Raster form = reader.form();
    const std::string name = from.string();
    // Where the network takes as many channels as there are, transparency is one of them.
    const bool all = translator.channels == 0 || form.channels == translator.channels,
               carried = keep_alpha && form.alpha && !all;
    const auto taken = [&](Raster row) {
      if (carried) row = channels_of(row, 0, row.colours());
      return all ? row : fitted(std::move(row), translator.channels, name);
    };
    const Depth depth = image_file::depth_within(image_file::kind_named(to), form.depth);
    const auto range_out = depth == form.depth ? range_in : std::nullopt;
    const auto result = [&](int channels) {
      return Raster{form.width,
                    form.height,
                    channels + carried,
                    depth,
                    carried || (form.alpha && channels == form.channels),
                    {}};
    };
    const int channels = taken(blank_raster(1, 1, form.channels, form.depth, form.alpha)).channels;
    const Raster expected = result(translator.channels_made ? translator.channels_made : channels);
    RasterWriter::check(to, expected, quality);

    int read = 0;
    std::unique_ptr<RasterReader> transparency;
    std::unique_ptr<RasterWriter> writer;
    translator.by_rows(
        {channels, form.height, form.width},
        std::max(reader.memory(), RasterWriter::memory(to, expected) + carried * reader.memory()),
        [&] {
          Images<Source> row = to_images<Source>(taken(reader.next()), range_in, name);
          if (++read == form.height) make_folder_of(to);  // told before the work where it cannot be
          return row;
        },
        [&](const Images<Target>& row) {
          if (!writer) {
            writer = std::make_unique<RasterWriter>(to, result(row.shape.c), quality);
            if (carried) transparency = std::make_unique<RasterReader>(from, numbers);
          }
          Raster made = to_raster(row, depth, range_out);
          made.alpha = form.alpha && made.channels == form.channels;
          if (carried)
            made = with_alpha(made, converted(channels_of(transparency->next(), form.colours(), 1), depth));
          writer->put(made);
        });
    writer->commit();
  }

 private:
  guise::image_file::Kind kind() const { return guise::image_file::kind_named("x." + format); }
};
