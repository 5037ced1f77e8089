// Loaded pictures that are kept: the same bits, within their bytes, whoever else writes and whatever is damaged.
#include <guise/data/unpaired.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <atomic>
#include <chrono>
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

TEST_CASE("a picture that was replaced under the name, size and time of another is loaded anew") {
  const ScratchFolder folder;
  const fs::path file = folder / "a.pgm";
  MemoryCache cache(much);
  const auto got = [&] { return cache.get(file, "", [&] { return read_raster(file); }); };
  const Raster black = blank_raster(4, 4, 1);
  Raster other = black;
  other.bytes[5] = 7;
  write_raster(file, black);
  const auto time = fs::last_write_time(file);
  CHECK(got() == black);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));  // a tick of the file system's clock
  write_raster(file, other);
  fs::last_write_time(file, time);
  CHECK(got() == other);
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
  std::string bytes = bytes_of(kept[3]);
  bytes[bytes.size() - 9] ^= 1;
  put(kept[3], bytes);
  put(kept[4], bytes_of(kept[2]));  // a good one, of another picture
  CHECK(folder.epochs(std::make_shared<DiskCache>(folder.cache(), much)) == plain);
  CHECK_NOTHROW(read_raster(kept[0]));
  CHECK_NOTHROW(read_raster(kept[1]));
  CHECK(bytes_of(kept[3]) != bytes);
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
