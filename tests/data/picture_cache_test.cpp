// Loaded pictures that are kept: the same bits, within their bytes, whoever else writes and whatever is damaged; and
// photographs that are decoded at a part of their size.
#include <guise/data/unpaired.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <atomic>
#include <cmath>
#include <fstream>
#include <thread>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

struct Man;
struct Woman;

Picture noisy(int width, int height, std::uint64_t seed) {
  Picture picture = blank(width, height);
  Random random(seed);
  for (auto& byte : picture.rgb) byte = static_cast<unsigned char>(random.below(256));
  return picture;
}
struct Folder : ScratchFolder {
  Folder() {
    fs::create_directory(*this / "in");
    for (int k = 0; k < 5; ++k) write_picture(picture(k), noisy(20 + k, 17, static_cast<std::uint64_t>(k)));
  }
  fs::path picture(int k) const { return *this / ("in/" + std::to_string(k) + ".png"); }
  fs::path cache() const { return *this / "cache"; }
  std::vector<fs::path> kept() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(cache())) files.push_back(entry.path());
    return files;
  }
  // Two epochs in one list of numbers.
  std::vector<float> epochs(const std::shared_ptr<PictureCache>& kept, int workers = 2) const {
    const Transform transform{.load = 14, .crop = 12};
    const ImageFolder<Man> men{*this / "in", transform, kept};
    const ImageFolder<Woman> women{*this / "in", transform, kept};
    std::vector<float> all;
    for (const int epoch : {1, 2})
      for (auto [a, b] : unpaired(men, women, {.batch = 2, .seed = 3, .epoch = epoch, .workers = workers})) {
        all.insert(all.end(), a.data.begin(), a.data.end());
        all.insert(all.end(), b.data.begin(), b.data.end());
      }
    return all;
  }
};

constexpr std::size_t much = std::size_t{1} << 20;

}  // namespace

TEST_CASE("batches have the same bits with a cache as without, whatever room it has") {
  const Folder folder;
  const auto plain = folder.epochs(nullptr);
  for (const std::size_t most : {std::size_t{0}, std::size_t{1500}, much})
    for (const int workers : {0, 3}) {
      CHECK(folder.epochs(std::make_shared<MemoryCache>(most), workers) == plain);
      fs::remove_all(folder.cache());
      for (int times = 0; times < 2; ++times)  // what is written, and what is read
        CHECK(folder.epochs(std::make_shared<DiskCache>(folder.cache(), most), workers) == plain);
    }
}

TEST_CASE("a picture is loaded once, and anew when its file or what is done to it has changed") {
  const Folder folder;
  int loads = 0;
  const auto load = [&] {
    ++loads;
    return to_raster(read_picture(folder.picture(0)));
  };
  const auto check = [&](PictureCache& cache) {
    loads = 0;
    const Raster first = cache.get(folder.picture(0), "as it is", load);
    CHECK(cache.get(folder.picture(0), "as it is", load) == first);
    CHECK(loads == 1);
    cache.get(folder.picture(0), "in another way", load);
    CHECK(loads == 2);
    write_picture(folder.picture(0), noisy(9, 9, 77));
    CHECK(cache.get(folder.picture(0), "as it is", load).width == 9);
    fs::last_write_time(folder.picture(0), fs::file_time_type::clock::now() - std::chrono::hours(1));
    cache.get(folder.picture(0), "as it is", load);
    CHECK(loads == 4);
    write_picture(folder.picture(0), noisy(20, 17, 0));
  };
  MemoryCache memory(much);
  check(memory);
  DiskCache disk(folder.cache(), much);
  check(disk);
  CHECK(folder.kept().size() == 4);
  loads = 0;
  CHECK(message<Error>([&] {
          disk.get(folder / "in/none.png", "",
                   [&] { return to_raster(read_picture(folder / "in/none.png")); });
        }).find("none.png") != std::string::npos);
}

TEST_CASE("a cache keeps to its bytes, those included that were in its folder") {
  const Folder folder;
  constexpr std::uintmax_t of_one = 3 * 14 * 14;
  folder.epochs(std::make_shared<DiskCache>(folder.cache(), 2 * of_one + 10));
  CHECK(folder.kept().size() == 2);
  folder.epochs(
      std::make_shared<DiskCache>(folder.cache(), 3 * of_one));  // the headers count in what is there
  CHECK(folder.kept().size() == 2);
  folder.epochs(std::make_shared<DiskCache>(folder.cache(), much));
  CHECK(folder.kept().size() == 5);
}

TEST_CASE("damaged files of a cache are written anew, and those that cannot be written are done without") {
  const Folder folder;
  const auto plain = folder.epochs(nullptr);
  folder.epochs(std::make_shared<DiskCache>(folder.cache(), much));
  const auto kept = folder.kept();
  REQUIRE(kept.size() == 5);
  fs::resize_file(kept[0], 100);
  put(kept[1], "no picture");
  CHECK(folder.epochs(std::make_shared<DiskCache>(folder.cache(), much)) == plain);
  CHECK_NOTHROW(read_raster(kept[0]));
  CHECK_NOTHROW(read_raster(kept[1]));
  fs::remove(kept[2]);
  fs::create_directory(kept[2]);  // where no file can be written
  CHECK(folder.epochs(std::make_shared<DiskCache>(folder.cache(), much)) == plain);
  put(folder / "file", "");
  CHECK(holds(message<Error>([&] { DiskCache(folder / "file" / "cache", much); }),
              "cannot be made or written"));
}

TEST_CASE("trainings at the same time share a folder without harm") {
  const Folder folder;
  const auto plain = folder.epochs(nullptr);
  std::atomic<int> same = 0;
  {
    std::vector<std::jthread> trainings;
    for (int k = 0; k < 4; ++k)
      trainings.emplace_back(
          [&] { same += folder.epochs(std::make_shared<DiskCache>(folder.cache(), much)) == plain; });
  }
  CHECK(same == 4);
  CHECK(folder.kept().size() == 5);
}

TEST_CASE("a photograph that stays twice as large as is wanted is decoded at a part of its size") {
  const ScratchFolder folder;
  Picture smooth = blank(230, 120);
  for (int y = 0, k = 0; y < 120; ++y)
    for (int x = 0; x < 230; ++x)
      for (int c = 0; c < 3; ++c, ++k)
        smooth.rgb[static_cast<std::size_t>(k)] =
            static_cast<unsigned char>(128 + 100 * std::sin(x * 0.05 * (c + 1)) * std::cos(y * 0.06));
  write_picture(folder / "1.jpg", smooth);
  write_picture(folder / "1.png", smooth);
  const Raster whole = read_raster(folder / "1.jpg");
  const auto reduced = [&](const char* name, PictureSize wanted) {
    return read_reduced(folder / name, [=](PictureSize) { return wanted; });
  };
#ifdef GUISE_LIBJPEG
  const auto eighths = [](int side, int parts) { return (side * parts + 7) / 8; };
  for (const auto& [wanted, parts] : {std::pair{PictureSize{14, 7}, 1},
                                      {{15, 7}, 2},
                                      {{14, 8}, 2},
                                      {{28, 15}, 2},
                                      {{28, 16}, 4},
                                      {{57, 30}, 4},
                                      {{58, 30}, 8},
                                      {{57, 31}, 8},
                                      {{500, 1}, 8}}) {
    const ReducedPicture found = reduced("1.jpg", wanted);
    CHECK(found.whole == PictureSize{230, 120});
    CHECK(found.raster.width == eighths(230, parts));
    CHECK(found.raster.height == eighths(120, parts));
    if (parts == 8) CHECK(found.raster == whole);  // bit for bit what it is without
  }
  const Raster half = reduced("1.jpg", {57, 30}).raster, other = resized(whole, 115, 60);
  double difference = 0;
  for (std::size_t k = 0; k < half.bytes.size(); ++k) difference += std::abs(half.bytes[k] - other.bytes[k]);
  CHECK(difference / double(half.bytes.size()) < 2);
#endif
  CHECK(reduced("1.png", {8, 8}).raster == read_raster(folder / "1.png"));

  // What a training makes of it is nearly the same, of the size that the whole picture asks for.
  const Transform transform{.load = 57, .crop = 20, .preprocess = Preprocess::scale_width_and_crop};
  const Raster found = load_picture(folder / "1.jpg", transform), expected = loaded(whole, transform);
  REQUIRE(found.bytes.size() == expected.bytes.size());
  for (std::size_t k = 0; k < found.bytes.size(); ++k)
    CHECK(std::abs(found.bytes[k] - expected.bytes[k]) <= 6);
}

TEST_CASE("a photograph on its side is reduced by the sides that are shown") {
  const ScratchFolder folder;
  write_picture(folder / "plain.jpg", blank(200, 100, 90));
  std::string jpeg = bytes_of(folder / "plain.jpg");
  const std::string exif = std::string(
      "\xff\xe1\x00\x22"
      "Exif\0\0"
      "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
      36);
  put(folder / "turned.jpg", jpeg.substr(0, 2) + exif + jpeg.substr(2));
  PictureSize asked;
  const ReducedPicture found = read_reduced(folder / "turned.jpg", [&](PictureSize whole) {
    asked = whole;
    return PictureSize{25, 50};
  });
  CHECK(found.whole == PictureSize{100, 200});
#ifdef GUISE_LIBJPEG
  CHECK(asked == PictureSize{100, 200});
  CHECK(found.raster.width == 50);
  CHECK(found.raster.height == 100);
#endif
}
