#include <guise/data/unpaired.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <set>

using namespace guise;
using namespace guise::testing;

namespace {

struct Man;
struct Woman;

// Pictures that tell by any pixel which they are: level `first` + 2 k throughout, or noise with it as seed.
void fill(const std::filesystem::path& folder, int count, int first, bool noisy = false, int size = 12) {
  std::filesystem::create_directory(folder);
  for (int k = 0; k < count; ++k) {
    Picture picture = blank(size, size, static_cast<unsigned char>(first + 2 * k));
    Random random(static_cast<std::uint64_t>(first + k));
    if (noisy)
      for (auto& byte : picture.rgb) byte = static_cast<unsigned char>(random.below(256));
    write_picture(folder / (std::to_string(100 + k) + ".png"), picture);
  }
}

std::vector<int> levels(const auto& images) {  // of the first pixel of each picture
  std::vector<int> found;
  for (int k = 0; k < images.n; ++k) found.push_back(to_picture(images, k).rgb[0]);
  return found;
}
std::vector<float> floats(const auto& images) { return {images.data.begin(), images.data.end()}; }

struct Epoch {
  std::vector<int> a, b, sizes;
};
Epoch walk(const Unpaired<Man, Woman>& pictures) {
  Epoch epoch;
  for (auto [a, b] : pictures) {
    epoch.sizes.push_back(a.n);
    CHECK(a.n == b.n);
    for (int level : levels(a)) epoch.a.push_back(level);
    for (int level : levels(b)) epoch.b.push_back(level);
  }
  return epoch;
}

constexpr Transform whole{.load = 12, .crop = 12};

}  // namespace

TEST_CASE("a folder's pictures are its picture files in the order of their names") {
  const ScratchFolder folder;
  for (const char* name : {"b.PNG", "a.jpeg", "c.JpG", "notes.txt", "d.png.bak", "png"})
    put(folder / name, "x");
  std::filesystem::create_directory(folder / "folder.png");
  const ImageFolder<Man> men{folder.path(), {.load = 20, .crop = 10}};
  REQUIRE(men.size() == 3);
  CHECK(men.file(0).filename() == "a.jpeg");
  CHECK(men.file(1).filename() == "b.PNG");
  CHECK(men.file(2).filename() == "c.JpG");
}

TEST_CASE("a folder that gives no pictures is refused") {
  const ScratchFolder folder;
  const auto refused = [](const std::filesystem::path& path, Transform transform = whole) {
    return message<Error>([&] { ImageFolder<Man>(path, transform); });
  };
  put(folder / "a.txt", "x");
  CHECK(holds(refused(folder / "none"), "none: no such folder: expected one with pictures"));
  CHECK(holds(refused(folder / "a.txt"), "a.txt: not a folder"));
  CHECK(holds(refused(folder.path()), "no picture in it ("));
  put(folder / "a.png", "x");
  CHECK(holds(refused(folder.path(), {.load = 9, .crop = 10}), "load of 9 and crop of 10: expected"));
  CHECK(holds(refused(folder.path(), {.load = 9, .crop = 0}), "expected a crop of at least 1"));
}

TEST_CASE("an epoch has every picture of the longer side once, the other drawn independently") {
  const ScratchFolder folder;
  fill(folder / "a", 11, 0);
  fill(folder / "b", 4, 100);
  const ImageFolder<Man> men{folder / "a", whole};
  const ImageFolder<Woman> women{folder / "b", whole};
  const Epoch epoch = walk(unpaired(men, women, {.batch = 4, .seed = 3}));
  CHECK(unpaired(men, women, {.batch = 4}).batches() == 3);
  CHECK(epoch.sizes == std::vector{4, 4, 3});
  std::vector<int> sorted = epoch.a;
  std::ranges::sort(sorted);
  CHECK(sorted == std::vector{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20});
  CHECK(sorted != epoch.a);
  for (int level : epoch.b) CHECK((level == 100 || level == 102 || level == 104 || level == 106));
  CHECK(std::set(epoch.b.begin(), epoch.b.end()).size() > 1);

  // Where A is the smaller folder it starts again: each picture comes as often as another, give or take one.
  const ImageFolder<Man> few{folder / "b", whole};
  const ImageFolder<Woman> many{folder / "a", whole};
  const Epoch longer = walk(unpaired(few, many, {.seed = 3}));
  REQUIRE(longer.a.size() == 11);
  for (int level : {100, 102, 104, 106}) {
    const auto times = std::ranges::count(longer.a, level);
    CHECK((times == 2 || times == 3));
  }
}

TEST_CASE("random crops are the same pictures, in bytes") {
  const ScratchFolder folder;
  fill(folder / "a", 5, 0, true, 19);
  fill(folder / "b", 3, 100, true, 17);
  const ImageFolder<Man> men{folder / "a", {.load = 16, .crop = 12}};
  const ImageFolder<Woman> women{folder / "b", {.load = 13, .crop = 9}};
  const UnpairedOptions options{.batch = 2, .seed = 4};
  const auto in_bytes = unpaired<RandomCrops>(men, women, options);
  auto next = in_bytes.begin();
  int batches = 0, flipped = 0;
  for (auto [a, b] : unpaired(men, women, options)) {
    const auto [bytes_a, bytes_b] = *next;
    ++next, ++batches;
    CHECK(floats(images(bytes_a)) == floats(a));
    CHECK(floats(images(bytes_b)) == floats(b));
    for (const Crop& crop : bytes_a.crops) flipped += crop.flipped;
  }
  CHECK(next == in_bytes.end());
  CHECK(batches == 3);
  CHECK((flipped > 0 && flipped < 5));
}

TEST_CASE("seed and epoch decide what comes") {
  const ScratchFolder folder;
  fill(folder / "a", 20, 0);
  fill(folder / "b", 20, 100);
  const ImageFolder<Man> men{folder / "a", whole};
  const ImageFolder<Woman> women{folder / "b", whole};
  const Epoch first = walk(unpaired(men, women, {.seed = 7}));
  CHECK(walk(unpaired(men, women, {.seed = 7})).a == first.a);
  CHECK(walk(unpaired(men, women, {.seed = 8})).a != first.a);
  const Epoch second = walk(unpaired(men, women, {.seed = 7, .epoch = 1}));
  CHECK(second.a != first.a);
  CHECK(second.b != first.b);
}

TEST_CASE("the same pictures whatever the number of workers, and from any position in the epoch") {
  const ScratchFolder folder;
  fill(folder / "a", 9, 0, true, 30);
  fill(folder / "b", 7, 50, true, 25);
  const ImageFolder<Man> men{folder / "a", {.load = 22, .crop = 16}};
  const ImageFolder<Woman> women{folder / "b", {.load = 20, .crop = 18}};
  const auto all = [&](int workers, std::size_t start) {
    std::vector<std::vector<float>> found;
    for (auto [a, b] :
         unpaired(men, women, {.batch = 2, .seed = 5, .epoch = 3, .start = start, .workers = workers})) {
      CHECK(a.shape == Shape{3, 16, 16});
      CHECK(b.shape == Shape{3, 18, 18});
      found.push_back(floats(a));
      found.push_back(floats(b));
    }
    return found;
  };
  const auto expected = all(0, 0);
  CHECK(expected.size() == 10);
  for (int workers : {1, 2, 3, 8}) CHECK(all(workers, 0) == expected);
  for (std::size_t start : {1u, 4u})
    CHECK(all(2, start) ==
          std::vector(expected.begin() + static_cast<std::ptrdiff_t>(2 * start), expected.end()));
  CHECK(all(2, 5).empty());
  CHECK(all(2, 99).empty());
}

TEST_CASE("a range can be walked twice, and left early") {
  const ScratchFolder folder;
  fill(folder / "a", 30, 0);
  const ImageFolder<Man> men{folder / "a", whole};
  const ImageFolder<Woman> women{folder / "a", whole};
  const auto pictures = unpaired(men, women, {.workers = 3});
  for (int times = 0; times < 20; ++times)
    for (auto [a, b] : pictures)
      if (a.n == 1) break;
  CHECK(walk(pictures).a == walk(pictures).a);
}

TEST_CASE("a corrupt picture is an error where its batch is due, not before") {
  const ScratchFolder folder;
  fill(folder / "a", 12, 0);
  fill(folder / "b", 1, 100);
  put(folder / "a/105.png", "no picture");
  const ImageFolder<Man> men{folder / "a", whole};
  const ImageFolder<Woman> women{folder / "b", whole};
  std::ptrdiff_t expected = -1;
  for (int workers : {0, 1, 3}) {
    std::ptrdiff_t delivered = 0;
    const std::string text = message<Error>([&] {
      for (auto [a, b] : unpaired(men, women, {.seed = 1, .workers = workers})) delivered += b.n;
    });
    CHECK(holds(text, "105.png: not a picture"));
    if (expected < 0) expected = delivered;
    CHECK(delivered == expected);
  }
  CHECK(expected > 0);
}

TEST_CASE("options out of range are refused") {
  const ScratchFolder folder;
  fill(folder / "a", 1, 0);
  const ImageFolder<Man> men{folder / "a", whole};
  const ImageFolder<Woman> women{folder / "a", whole};
  for (const UnpairedOptions& options :
       {UnpairedOptions{.batch = 0}, UnpairedOptions{.epoch = -1}, UnpairedOptions{.workers = -1}})
    CHECK(holds(message<Error>([&] { unpaired(men, women, options); }), "expected a batch of at least 1"));
}
