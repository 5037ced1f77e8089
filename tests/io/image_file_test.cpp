#include <guise/io/picture/detail/headers.hpp>
#include <guise/io/picture/detail/stb_decoder.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/picture/mosaic.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>
#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <limits>

using namespace guise;
using namespace guise::testing;

namespace {

struct Any;

std::string hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t k = 0; k < digits.size(); k += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(k, 2), nullptr, 16));
  return bytes;
}

// 2x1 with 16 bits a channel: ffff 8040 0000, 0180 7fff c0de.
const std::string sixteen_bits =
    hex("89504e470d0a1a0a0000000d49484452000000020000000110020000002bd0349e000000154944415478da63f8ffbfc1"
        "818181b1a1feff817b002813065c57a139e60000000049454e44ae426082");
// 3x1, entries 2 0 1 of the palette (10 20 30), (200 100 50) with alpha 128, (0 0 255).
const std::string palette =
    hex("89504e470d0a1a0a0000000d49484452000000030000000108030000002c3ee48600000009504c54450a141ec8643200"
        "00ff3f7429ef0000000274524e53ff80080fb36a0000000c4944415478da636062600400000b00046a681d2000000000"
        "49454e44ae426082");

using Bytes = std::vector<unsigned char>;

// A PNG of the given number of channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
Picture by_stb(std::span<const unsigned char> bytes, const std::string& name,
               std::int64_t largest = largest_picture) {
  image_file::EncodedBytes encoded(bytes);
  return image_file::decode_by_stb({encoded, name, largest});
}
std::string png(int width, int height, int channels, const Bytes& values) {
  std::string bytes;
  stb::stbi_write_png_to_func(
      [](void* to, void* data, int size) {
        static_cast<std::string*>(to)->append(static_cast<char*>(data), static_cast<std::size_t>(size));
      },
      &bytes, width, height, channels, values.data(), 0);
  return bytes;
}

Picture noise(int width, int height, unsigned seed = 1) {
  Picture picture = blank(width, height);
  for (auto& byte : picture.rgb)
    byte = static_cast<unsigned char>((seed = seed * 1664525u + 1013904223u) >> 24);
  return picture;
}

Bytes decoded(const ScratchFolder& folder, const std::string& bytes) {
  put(folder / "picture.png", bytes);
  return read_picture(folder / "picture.png").rgb;
}

std::string refusal(const std::filesystem::path& path) {
  return message<Error>([&] { read_image<Any>(path); });
}

// Writes fail beyond so many bytes, as on a full disk.
struct FullDisk {
  explicit FullDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit now = before;
    now.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &now);
    handler = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
  }
  rlimit before{};
  void (*handler)(int);
};

}  // namespace

TEST_CASE("whatever a picture file holds becomes RGB, transparency on white") {
  const ScratchFolder folder;
  CHECK(decoded(folder, png(1, 1, 3, {1, 2, 3})) == Bytes{1, 2, 3});
  CHECK(decoded(folder, png(2, 1, 1, {7, 200})) == Bytes{7, 7, 7, 200, 200, 200});
  CHECK(decoded(folder, png(2, 1, 2, {100, 255, 100, 0})) == Bytes{100, 100, 100, 255, 255, 255});
  CHECK(decoded(folder, png(1, 1, 4, {0, 100, 255, 51})) == Bytes{204, 224, 255});  // a fifth of it
  CHECK(decoded(folder, sixteen_bits) == Bytes{255, 128, 0, 1, 127, 192});
  CHECK(decoded(folder, palette) == Bytes{0, 0, 255, 10, 20, 30, 227, 177, 152});
}

TEST_CASE("a batch holds pixels in [-1, 1] and comes back the same") {
  const ScratchFolder folder;
  Picture levels = blank(256, 1);
  for (std::size_t k = 0; k < levels.rgb.size(); ++k) levels.rgb[k] = static_cast<unsigned char>(k / 3);
  write_picture(folder / "levels.png", levels);
  const auto images = read_image<Any>(folder / "levels.png");
  CHECK(images.n == 1);
  CHECK(images.shape == Shape{3, 1, 256});
  CHECK(images.data[0] == -1.f);
  CHECK(images.data[3 * 51] == doctest::Approx(-0.6));
  CHECK(images.data[3 * 255 + 2] == 1.f);
  CHECK(to_picture(images) == levels);
}

TEST_CASE("writing rounds and clamps, and what is not a number becomes black") {
  Images<Any> images{.n = 2, .shape = {3, 1, 2}};
  const float values[] = {-7, 9, 0.5f / 127.5f, std::numeric_limits<float>::quiet_NaN(), 1, -1};
  std::copy(std::begin(values), std::end(values), images.data.begin() + 6);
  CHECK(to_picture(images, 1).rgb == Bytes{0, 255, 128, 0, 255, 0});
  CHECK(holds(message<Error>([&] { to_picture(images, 2); }), "picture 2 of a batch of 2"));
  CHECK(holds(message<Error>([&] { write_image("two.png", images); }),
              "two.png: cannot be written: a batch of 2"));
  const Images<Any> grey{.n = 1, .shape = {1, 2, 2}};
  CHECK(holds(message<Error>([&] { to_picture(grey); }), "1 channels: expected 3"));
}

TEST_CASE("JPEG is written where the name says so, and read whatever the name says") {
  const ScratchFolder folder;
  write_picture(folder / "grey.JPG", blank(20, 10, 128));
  CHECK(bytes_of(folder / "grey.JPG").starts_with("\xff\xd8"));
  std::filesystem::rename(folder / "grey.JPG", folder / "grey.png");
  const Picture picture = read_picture(folder / "grey.png");
  CHECK(picture.width == 20);
  CHECK(picture.height == 10);
  for (unsigned char byte : picture.rgb) CHECK(std::abs(byte - 128) <= 1);
}

TEST_CASE("what is no picture is refused by name") {
  const ScratchFolder folder;
  CHECK(holds(refusal(folder / "none.png"), "none.png: no such file"));
  CHECK(holds(refusal(folder.path()), "expected a regular file"));
  put(folder / "empty.png", "");
  CHECK(holds(refusal(folder / "empty.png"), "empty.png: empty file"));
  put(folder / "text.png", "This is not a picture, whatever it is called.\n");
  CHECK(holds(refusal(folder / "text.png"), "text.png: not a picture but a text: expected PNG, JPEG"));
}

TEST_CASE("a PNG or JPEG that was cut off anywhere is refused") {
  const ScratchFolder folder;
  write_picture(folder / "whole.png", noise(23, 17));
  write_picture(folder / "whole.jpg", noise(23, 17));
  for (const char* name : {"whole.png", "whole.jpg"}) {
    const std::string bytes = bytes_of(folder / name);
    CHECK(decoded(folder, bytes).size() == 23 * 17 * 3);
    // The last four bytes of a PNG are a checksum of no pixels, which stb does not miss.
    const std::size_t whole = bytes.size() - (bytes.starts_with("\xff\xd8") ? 0 : 4);
    for (std::size_t length = 1; length < whole; ++length) {
      put(folder / "cut.png", bytes.substr(0, length));
      CAPTURE(name);
      CAPTURE(length);
      CHECK(holds(refusal(folder / "cut.png"), "cut.png: "));
      CHECK(refusal(folder / "cut.png") != "nothing was thrown");
    }
  }
}

TEST_CASE("a JPEG's end is looked for, whatever stb does") {
  const ScratchFolder folder;
  write_picture(folder / "whole.jpg", noise(23, 17));
  const Bytes bytes = read_file(folder / "whole.jpg", 1 << 20);
  Bytes trailing = bytes;
  trailing.insert(trailing.end(), 5, 0);
  const auto whole = [](std::span<const unsigned char> jpeg, std::size_t piece = SIZE_MAX) {
    image_file::EncodedBytes encoded(jpeg, piece);
    return image_file::scans_in(encoded).whole();
  };
  for (std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, bytes.size()}) {
    CHECK(whole(bytes, piece));
    CHECK(whole(trailing, piece));
    for (std::size_t length = 2; length < bytes.size(); ++length)
      CHECK(!whole(std::span(bytes).first(length), piece));
  }
  Bytes thumbnail = bytes;  // a whole picture within, as cameras write, does not end the outer one
  thumbnail.insert(thumbnail.end(), bytes.begin(), bytes.end() - 2);
  CHECK(!whole(thumbnail));
}

TEST_CASE("a file read in pieces is the same picture, or the same refusal") {
  const auto read = [](image_file::EncodedBytes bytes) {
    const std::string name = "x";
    try {
      return image_file::decode(image_file::opened(bytes, name));
    } catch (const Error&) { return Picture{}; }
  };
  const ScratchFolder folder;
  std::size_t whole = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(GUISE_SOURCE_DIR "/tests/fuzz/corpus/picture")) {
    CAPTURE(entry.path());
    const Bytes bytes = read_file(entry.path(), 1 << 20);
    const Picture once = read(image_file::EncodedBytes(bytes));
    whole += once.width > 0;
    for (std::size_t piece : {1, 3, 64}) {
      CHECK(read(image_file::EncodedBytes(bytes, piece)) == once);
      CHECK(read(image_file::EncodedBytes(entry.path(), piece)) == once);
    }
    for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 50) {
      const auto cut = std::span(bytes).first(length);
      put(folder / "cut", {bytes.begin(), bytes.begin() + std::ptrdiff_t(length)});
      const Picture expected = length ? read(image_file::EncodedBytes(cut)) : Picture{};
      CHECK(read(image_file::EncodedBytes(folder / "cut", 5)) == expected);
    }
  }
  CHECK(whole >= 20);
  for (const char* name : {"large.png", "large.jpg"}) {  // several pieces of a real file
    write_picture(folder / name, noise(500, 300));
    const Bytes bytes = read_file(folder / name, 1 << 20);
    CHECK(bytes.size() > std::size_t{2} << 16);
    CHECK(read_picture(folder / name) == decode_picture(bytes, name));
  }
}

TEST_CASE("a picture too large is refused before memory is taken for it") {
  const ScratchFolder folder;
  std::string bytes = png(1, 1, 3, {1, 2, 3});
  bytes.replace(16, 8, std::string("\0\0\x44\0\0\0\x44\0", 8));  // 17408x17408 in the header
  put(folder / "large.png", bytes);
  CHECK(holds(refusal(folder / "large.png"), "large.png: 17408x17408 pixels: expected at most 268435456"));
  bytes.replace(16, 8, std::string("\x7f\xff\xff\xff\x7f\xff\xff\xff", 8));
  put(folder / "vast.png", bytes);
  CHECK(holds(refusal(folder / "vast.png"),
              "vast.png: 2147483647x2147483647 pixels: expected at most 65536 in a row"));
}

TEST_CASE("a picture that is too short for what it claims is refused before memory is taken for it") {
  const ScratchFolder folder;
  std::string bytes = png(1, 1, 3, {1, 2, 3});
  bytes.replace(16, 8, std::string("\0\0\x3f\0\0\0\x3f\0", 8));  // 16128x16128
  put(folder / "short.png", bytes);
  CHECK(holds(refusal(folder / "short.png"), "corrupt (too short for 16128x16128 pixels)"));
  write_picture(folder / "whole.jpg", noise(8, 8));
  bytes = bytes_of(folder / "whole.jpg");
  bytes.replace(bytes.find("\xff\xc0") + 5, 4, "\x3f\x3f\x3f\x3f");
  put(folder / "short.jpg", bytes);
  CHECK(holds(refusal(folder / "short.jpg"), "corrupt (too short for 16191x16191 pixels)"));
}

TEST_CASE("a picture is refused beyond the limit given, and beyond 2^16 pixels in a row") {
  const std::string wide = png(65537, 1, 1, Bytes(65537)), bytes = png(20, 10, 1, Bytes(200));
  const auto decoded = [](const std::string& text, std::int64_t limit) {
    return decode_picture({reinterpret_cast<const unsigned char*>(text.data()), text.size()}, "x.png", limit);
  };
  CHECK(decoded(bytes, 200).width == 20);
  CHECK(holds(message<Error>([&] { decoded(bytes, 199); }), "x.png: 20x10 pixels: expected at most 199"));
  CHECK(holds(message<Error>([&] { decoded(wide, 1 << 20); }),
              "x.png: 65537x1 pixels: expected at most 65536 in a row or column"));
}

TEST_CASE("a JPEG of hundreds of scans is refused") {
  const ScratchFolder folder;
  write_picture(folder / "whole.jpg", noise(8, 8));
  std::string scans;
  for (int k = 0; k < 500; ++k) scans += "\xff\xda";
  const std::string bytes = bytes_of(folder / "whole.jpg");
  put(folder / "scans.jpg", bytes.substr(0, 2) + "\xff\xfe\x03\xea" + scans + bytes.substr(2));
  CHECK(holds(refusal(folder / "scans.jpg"), "scans.jpg: truncated or corrupt (more than 500 scans)"));
}

TEST_CASE("stb inflates no more than a picture of this size can need") {
  Bytes zeros(1 << 22);
  int length = 0;
  unsigned char* bomb = stb::stbi_zlib_compress(zeros.data(), 1 << 22, &length, 8);
  const std::string data(reinterpret_cast<const char*>(bomb), static_cast<std::size_t>(length));
  std::free(bomb);
  std::string bytes = png(1, 1, 3, {1, 2, 3});
  const std::size_t at = bytes.find("IDAT") - 4, end = bytes.find("IEND") - 4;
  std::string size(4, '\0');
  for (std::size_t k = 0; k < 4; ++k) size[k] = static_cast<char>(length >> (24 - 8 * k));
  bytes.replace(at, end - at, size + "IDAT" + data + "none");
  CHECK(data.size() < 1 << 16);  // of four million zeros
  const std::string name = "bomb.png";
  const std::span file(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  CHECK(holds(message<Error>([&] { by_stb(file, name, 100); }), "(outofmem)"));
}

TEST_CASE("stb is given no more bytes than an int can count") {
  const std::string begins = png(1, 1, 3, {1, 2, 3}),
                    name = "large.png";  // the size is checked before a byte is read
  const std::span file(reinterpret_cast<const unsigned char*>(begins.data()), std::size_t{1} << 31);
  CHECK(holds(message<Error>([&] { by_stb(file, name, 100); }), "large.png: a size in bytes of 2147483648"));
}

TEST_CASE("stb is given no Huffman table of more than 255 codes") {
  const auto file = [](int codes) {  // one of eight bits, the others of nine
    const std::string size{static_cast<char>((19 + codes) >> 8), static_cast<char>(19 + codes)};
    const std::string of_nine(1, static_cast<char>(codes - 1)), values(static_cast<std::size_t>(codes), 'v');
    return hex("ffd8ffc4") + size + hex("000000000000000001") + of_nine + hex("00000000000000") + values;
  };
  const auto reason = [](const std::string& bytes) {
    const std::string name = "codes.jpg";
    const std::span data(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    return message<Error>([&] { by_stb(data, name); });
  };
  CHECK(!holds(reason(file(255)), "codes)"));
  CHECK(holds(reason(file(256)), "(a Huffman table of more than 255 codes)"));
  CHECK(holds(reason(hex("ffd8ffc4001300") + std::string(16, ' ')),
              "(a Huffman table of more than 255 codes)"));
}

TEST_CASE("stb is given memory that holds nothing of what was there before") {
  constexpr std::size_t size = 20000;
  std::vector<unsigned char*> blocks;
  for (int k = 0; k < 8; ++k) {
    blocks.push_back(static_cast<unsigned char*>(stb_memory::allocate(size)));
    std::memset(blocks.back(), 255, size);
  }
  for (unsigned char* block : blocks) std::free(block);
  std::unique_ptr<unsigned char, void (*)(void*)> block(
      static_cast<unsigned char*>(stb_memory::allocate(size)), std::free);
  CHECK(std::count(block.get(), block.get() + size, 0) == size);
}

TEST_CASE("stb and the libraries read the same picture in every kind of file") {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(GUISE_SOURCE_DIR "/tests/fuzz/corpus/picture")) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const Bytes bytes = read_file(entry.path(), 1 << 20);
    const Picture one = decode_picture(bytes, name);
    const Picture other = by_stb(bytes, name);
    REQUIRE(one.width == other.width);
    REQUIRE(one.height == other.height);
    int largest = 0;
    for (std::size_t k = 0; k < one.rgb.size(); ++k)
      largest = std::max(largest, std::abs(one.rgb[k] - other.rgb[k]));
    CHECK(largest <= (name.ends_with(".png") ? 0 : 2));
    ++files;
  }
  CHECK(files >= 20);
}

TEST_CASE("a picture that cannot be written leaves nothing, and an older one as it was") {
  const ScratchFolder folder;
  const Picture picture = noise(200, 200);
  const auto refused = [&](const std::filesystem::path& path) {
    return message<Error>([&] { write_picture(path, picture); });
  };
  CHECK(holds(refused(folder / "a.gif"), "a.gif: cannot be written: expected a name ending in .png"));
  CHECK(holds(refused(folder / "none/a.png"), "none/a.png: cannot be written: No such file"));
  std::filesystem::create_directory(folder / "folder.png");
  CHECK(holds(refused(folder / "folder.png"), "folder.png: cannot be written: expected a regular file"));
  CHECK(folder.entries() == 1);

  write_picture(folder / "a.png", noise(2, 2));
  const std::string before = bytes_of(folder / "a.png");
  {
    const FullDisk disk(1000);
    CHECK(holds(refused(folder / "a.png"), "a.png: cannot be written: File too large"));
    CHECK(holds(refused(folder / "b.jpg"), "b.jpg: cannot be written: File too large"));
  }
  CHECK(bytes_of(folder / "a.png") == before);
  CHECK(folder.entries() == 2);
  write_picture(folder / "a.png", picture);
  CHECK(read_picture(folder / "a.png") == picture);
  CHECK(folder.entries() == 2);
}

TEST_CASE("a device is not replaced, a link is followed") {
  const ScratchFolder folder;
  CHECK(holds(message<Error>([] { write_file("/dev/full", "text"); }), "/dev/full: cannot be written"));
  CHECK(std::filesystem::is_character_file("/dev/full"));
  put(folder / "real", "before");
  std::filesystem::create_symlink("real", folder / "link");
  write_file(folder / "link", "after");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(bytes_of(folder / "real") == "after");
}

TEST_CASE("a mosaic puts pictures in rows with white between them") {
  const Picture dark = blank(2, 1, 0), grey = blank(2, 1, 9);
  const Picture whole = mosaic({dark, grey, dark}, 2, 1);
  CHECK(whole.width == 5);
  CHECK(whole.height == 3);
  Bytes firsts;
  for (std::size_t k = 0; k < whole.rgb.size(); k += 3) firsts.push_back(whole.rgb[k]);
  const unsigned char w = 255;
  CHECK(firsts == Bytes{0, 0, w, 9, 9, w, w, w, w, w, 0, 0, w, w, w});
  CHECK(holds(message<Error>([] { mosaic({}, 2); }), "mosaic of no pictures"));
  CHECK(holds(message<Error>([&] { mosaic({dark}, 0); }), "expected at least one column"));
  CHECK(holds(message<Error>([&] { mosaic({dark, blank(1, 1)}, 2); }), "picture 1 is 1x1: expected 2x1"));
}
