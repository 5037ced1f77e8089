// Pictures of 1 to 16 channels, of 8 and 16 bits and of float numbers, as they come to a training.
#include <guise/data/unpaired.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <cmath>
#include <limits>

using namespace guise;
using namespace guise::testing;

namespace {

struct Man;
struct Woman;

Raster numbered(int width, int height, int channels, Depth depth, double step) {
  Raster raster = blank_raster(width, height, channels, depth);
  for (Index k = 0; k < raster.numbers(); ++k) {
    const double value = step * static_cast<double>(k);
    if (depth == Depth::bits8) raster.put(k, static_cast<std::uint8_t>(value));
    if (depth == Depth::bits16) raster.put(k, static_cast<std::uint16_t>(value));
    if (depth == Depth::float32) raster.put(k, static_cast<float>(value));
  }
  return raster;
}
Transform whole(int channels, std::optional<Range> range = {}) {
  return {.flip = false, .preprocess = Preprocess::none, .channels = channels, .range = range};
}
// The only picture of a folder, as a batch.
Images<Man> batch_of(const Raster& raster, const Transform& transform, const char* name = "1.npy") {
  const ScratchFolder folder;
  write_raster(folder / name, raster);
  const ImageFolder<Man> men{folder.path(), transform};
  const ImageFolder<Woman> women{folder.path(), transform};
  for (auto [a, b] : unpaired(men, women)) return std::move(a);
  return {};
}
std::string refused(const Raster& raster, const Transform& transform) {
  return message<Error>([&] { batch_of(raster, transform); });
}

}  // namespace

TEST_CASE("the channels of a picture come to the batch as they are") {
  for (const int channels : {1, 2, 4, 5, 16}) {
    const Raster raster = numbered(8, 4, channels, Depth::bits8, 0.4);
    const auto batch = batch_of(raster, whole(channels));
    REQUIRE(batch.shape == Shape{channels, 4, 8});
    for (std::size_t k = 0; k < batch.data.size(); ++k) CHECK(batch.data[k] == to_unit(raster.bytes[k]));
  }
  CHECK(batch_of(numbered(8, 4, 1, Depth::bits8, 1), whole(3), "1.png").shape == Shape{3, 4, 8});  // grey
  CHECK(holds(refused(numbered(8, 4, 5, Depth::bits8, 1), whole(4)),
              "1.npy: a picture of 5 channels: expected 4, as many as the network takes"));
}

TEST_CASE("16 bits and float numbers keep what they say between two bytes") {
  const Raster fine = numbered(8, 4, 1, Depth::bits16, 7);  // all within one step of 8 bits
  const auto batch = batch_of(fine, whole(1), "1.pgm");
  for (std::size_t k = 0; k < batch.data.size(); ++k)
    CHECK(batch.data[k] == doctest::Approx(7. * double(k) / 32767.5 - 1).epsilon(1e-6));
  CHECK(batch.data[0] != batch.data[1]);
  const auto real = batch_of(numbered(8, 4, 2, Depth::float32, 1e-4), whole(2));
  for (std::size_t k = 0; k < real.data.size(); ++k)
    CHECK(real.data[k] == doctest::Approx(2e-4 * double(k) - 1).epsilon(1e-6));
}

TEST_CASE("a range says which numbers become -1 and 1, and without one float numbers are in [0, 1]") {
  const Raster depth = numbered(8, 4, 1, Depth::float32, 10);  // 0 ... 310
  const auto batch = batch_of(depth, whole(1, Range{0, 310}));
  CHECK(batch.data[0] == -1);
  CHECK(batch.data[31] == doctest::Approx(1));
  CHECK(holds(refused(depth, whole(1)), "1.npy: float numbers outside [0, 1]: expected a range for them"));
  const auto sensor = batch_of(numbered(8, 4, 1, Depth::bits16, 100), whole(1, Range{0, 4095}), "1.pgm");
  CHECK(sensor.data[20] == doctest::Approx(2000 / 2047.5 - 1));
  Raster broken = depth;
  broken.put(3, std::numeric_limits<float>::quiet_NaN());
  CHECK(holds(refused(broken, whole(1, Range{0, 310})), "1.npy: numbers that are not finite"));
  for (const Range& range : {Range{1, 1}, Range{2, 1}, Range{0, std::numeric_limits<float>::infinity()}})
    CHECK(holds(message<Error>([&] { whole(1, range).check(); }),
                "expected finite numbers, and the second above"));
}

TEST_CASE("resizing keeps the depth, and no float number leaves what the picture had") {
  Raster edge = blank_raster(16, 16, 2, Depth::float32);
  for (Index k = 0; k < edge.numbers(); ++k) edge.put(k, k % 32 < 16 ? 0.25f : 1.f);
  const Raster larger = resized(edge, 40, 40);
  CHECK(larger.depth == Depth::float32);
  bool between = false;
  for (Index k = 0; k < larger.numbers(); ++k) {
    const float value = larger.at<float>(k);
    CHECK(value >= 0.25f);
    CHECK(value <= 1.f);
    between |= value > 0.3f && value < 0.9f;
  }
  CHECK(between);
  const Raster fine = resized(numbered(20, 20, 1, Depth::bits16, 100), 10, 10);
  CHECK(fine.depth == Depth::bits16);
  int odd = 0;
  for (Index k = 0; k < fine.numbers(); ++k) odd += fine.at<std::uint16_t>(k) % 256 != 0;
  CHECK(odd > 90);
  // Of bytes of red, green and blue it is what it was as a Picture.
  const Picture picture{12, 9, numbered(12, 9, 3, Depth::bits8, 0.7).bytes};
  CHECK(resized(to_raster(picture), 7, 11).bytes == resized(picture, 7, 11).rgb);
  CHECK(holds(message<Error>([&] { resized(edge, 0, 3); }), "0x3: expected at least 1x1"));
}

TEST_CASE("random crops are made of bytes of red, green and blue alone") {
  const ScratchFolder folder;
  write_picture(folder / "1.png", blank(40, 40));
  const Transform squares{.load = 36, .crop = 32};
  const auto fits = [&](const Transform& t) {
    return ImageFolder<Man>(folder.path(), t).fits_random_crops();
  };
  CHECK(fits(squares));
  Transform other = squares;
  other.channels = 1;
  CHECK(!fits(other));
  other = squares, other.range = Range{0, 100};
  CHECK(!fits(other));
  other = squares, other.preprocess = Preprocess::scale_width_and_crop;
  CHECK(!fits(other));
  for (const char* name : {"2.tif", "2.npy", "2.ppm"}) {
    if (!image_file::has_picture_name(name)) continue;
    write_raster(folder / name, blank_raster(40, 40, 3));
    CHECK(!fits(squares));
    std::filesystem::remove(folder / name);
  }
  write_raster(folder / "2.png", blank_raster(40, 40, 3, Depth::bits16));
  CHECK(fits(squares) == (image_file::deepest(image_file::Kind::png) == Depth::bits8));
}
