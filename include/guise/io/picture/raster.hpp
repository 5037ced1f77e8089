// A Raster is a picture with the channels and the depth that its file has: (H, W, C) of 8 or 16 bits or of
// float32, rows from the top, perhaps with transparency as the last channel, by which the colours before it are not
// multiplied. A Picture is what most of guise works on; a Raster is for who must give back what was given.
//
// A batch is in [-1, 1]: to_images maps a Range of a raster's numbers to it, and to_raster maps it back, rounded
// and clamped for whole numbers. Without a Range that is [0, 255], [0, 65535] or, of float32, [0, 1]. fitted makes the
// channels those that a network takes: as they are where they are as many, else transparency is composited on white,
// grey is repeated for red, green and blue, and these become grey.
//
// Throws Error, with the name of what it is about: more numbers than the sides say or fewer, other channels than are
// expected, numbers that are not finite, and of float32 numbers outside [0, 1] where no Range says what they mean.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/index.hpp>
#include <guise/io/picture/picture.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace guise {

enum class Depth { bits8 = 1, bits16 = 2, float32 = 4 };  // the value is the bytes of a number

// Where a file says that another number than the largest of its depth is white, as a PNM can: numbers are stretched to
// the depth's, or left as they are in the file, for who has a Range of them.
enum class Numbers { of_depth, stored };
inline Numbers numbers_for(bool has_range) { return has_range ? Numbers::stored : Numbers::of_depth; }

struct Range {
  float low = 0, high = 1;  // what becomes -1 and 1
};
inline Range range_of(Depth depth) {
  return {0, depth == Depth::bits8 ? 255.f : depth == Depth::bits16 ? 65535.f : 1.f};
}

struct Raster {
  int width = 0, height = 0, channels = 0;
  Depth depth = Depth::bits8;
  bool alpha = false;                // the last channel is coverage
  std::vector<unsigned char> bytes;  // (H, W, C), in the host's byte order

  int colours() const { return channels - alpha; }
  Index numbers() const { return Index{width} * height * channels; }
  template <class T> T at(Index k) const {
    T value;
    std::memcpy(&value, bytes.data() + k * Index{sizeof(T)}, sizeof(T));
    return value;
  }
  template <class T> void put(Index k, T value) {
    std::memcpy(bytes.data() + k * Index{sizeof(T)}, &value, sizeof(T));
  }
  void check(const std::string& name = "picture") const {
    if (width >= 1 && height >= 1 && channels >= 1 && colours() >= 1 &&
        std::cmp_equal(bytes.size(), numbers() * static_cast<int>(depth)))
      return;
    throw Error(name + ": " + std::to_string(width) + "x" + std::to_string(height) + " pixels of " +
                std::to_string(channels) + " channels with " + std::to_string(bytes.size()) +
                " bytes: expected as many as these have");
  }
  friend bool operator==(const Raster&, const Raster&) = default;
};

inline Raster blank_raster(int width, int height, int channels, Depth depth = Depth::bits8,
                           bool alpha = false) {
  Raster raster{width, height, channels, depth, alpha, {}};
  raster.bytes.resize(static_cast<std::size_t>(raster.numbers() * static_cast<int>(depth)));
  return raster;
}

namespace detail {

// f of a number of the type that this depth is stored in.
template <class F> auto with_number(Depth depth, F f) {
  if (depth == Depth::bits8) return f(std::uint8_t{});
  if (depth == Depth::bits16) return f(std::uint16_t{});
  return f(float{});
}
template <class T, class Real> T number_of(Real value) {  // rounded and clamped; not a number becomes 0
  if constexpr (std::is_floating_point_v<T>)
    return static_cast<T>(value);
  else
    return value > 0 ? static_cast<T>(std::min(value + Real(0.5), Real{static_cast<T>(-1)})) : T{0};
}

}  // namespace detail

// ---- rows, other channels, another depth ----
inline Raster row_of(const Raster& from, int y) {  // a picture of height 1
  Raster row{from.width, 1, from.channels, from.depth, from.alpha, {}};
  const Index bytes = row.numbers() * static_cast<int>(row.depth);
  row.bytes.assign(from.bytes.begin() + y * bytes, from.bytes.begin() + (y + 1) * bytes);
  return row;
}
// Channels [first, first + count) of every pixel.
inline Raster channels_of(const Raster& from, int first, int count) {
  Raster to = blank_raster(from.width, from.height, count, from.depth);
  const auto size = static_cast<Index>(from.depth);
  for (Index pixel = 0; pixel < Index{from.width} * from.height; ++pixel)
    std::memcpy(to.bytes.data() + pixel * count * size,
                from.bytes.data() + (pixel * from.channels + first) * size,
                static_cast<std::size_t>(count * size));
  return to;
}
// The channels of both, which have one size and depth; those of `alpha` are coverage.
inline Raster with_alpha(const Raster& colours, const Raster& alpha) {
  if (colours.width != alpha.width || colours.height != alpha.height || colours.depth != alpha.depth ||
      alpha.channels != 1)
    throw Error("transparency of another size or depth than its picture: expected the same");
  Raster to = blank_raster(colours.width, colours.height, colours.channels + 1, colours.depth, true);
  const auto size = static_cast<std::size_t>(colours.depth);
  unsigned char* at = to.bytes.data();
  const unsigned char *colour = colours.bytes.data(), *covered = alpha.bytes.data();
  for (const std::size_t part = size * static_cast<std::size_t>(colours.channels);
       colour != colours.bytes.data() + colours.bytes.size();
       at += part + size, colour += part, covered += size) {
    std::memcpy(at, colour, part);
    std::memcpy(at + part, covered, size);
  }
  return to;
}
inline Raster on_white(const Raster& from) {
  if (!from.alpha) return from;
  Raster to = channels_of(from, 0, from.colours());
  detail::with_number(from.depth, [&]<class T>(T) {
    constexpr bool whole = !std::is_floating_point_v<T>;
    using Wide = std::conditional_t<whole, std::uint64_t, float>;
    const Wide most = whole ? static_cast<Wide>(static_cast<T>(-1)) : Wide{1},
               half = whole ? most / 2 : Wide{0};
    for (Index pixel = 0, k = 0; pixel < Index{from.width} * from.height; ++pixel) {
      const Wide covered = from.at<T>((pixel + 1) * from.channels - 1);
      for (int c = 0; c < to.channels; ++c, ++k)
        to.put(k, static_cast<T>((to.at<T>(k) * covered + most * (most - covered) + half) / most));
    }
  });
  return to;
}
inline Raster repeated(const Raster& grey, int channels) {
  Raster to = blank_raster(grey.width, grey.height, channels, grey.depth);
  const auto size = static_cast<std::size_t>(grey.depth);
  unsigned char* at = to.bytes.data();
  for (auto from = grey.bytes.begin(); from != grey.bytes.end(); from += static_cast<Index>(size))
    for (int c = 0; c < channels; ++c) at = std::copy_n(from, size, at);
  return to;
}
// Grey becomes RGB; all other colours, and transparency, stay.
inline Raster in_colour(Raster from) {
  if (from.colours() != 1) return from;
  if (!from.alpha) return repeated(from, 3);
  return with_alpha(repeated(channels_of(from, 0, 1), 3), channels_of(from, 1, 1));
}
// Colours become grey as ITU-R BT.601 weighs them, and as Pillow and the PyTorch reference do.
inline Raster in_grey(const Raster& rgb) {
  Raster to = blank_raster(rgb.width, rgb.height, 1, rgb.depth);
  detail::with_number(rgb.depth, [&]<class T>(T) {
    for (Index k = 0; k < to.numbers(); ++k) {
      const auto of = [&](int c) { return static_cast<double>(rgb.at<T>(3 * k + c)); };
      to.put(k, detail::number_of<T>((19595 * of(0) + 38470 * of(1) + 7471 * of(2)) / 65536));
    }
  });
  return to;
}
inline Raster fitted(Raster raster, int channels, const std::string& name = "picture") {
  raster.check(name);
  if (raster.channels == channels) return raster;
  const int found = raster.channels, colours = raster.colours();
  if (colours == channels) return on_white(raster);
  if (colours == 1 && channels == 3) return repeated(on_white(raster), 3);
  if (colours == 3 && channels == 1) return in_grey(on_white(raster));
  throw Error(name + ": a picture of " + std::to_string(found) + " channels: expected " +
              std::to_string(channels) + ", as many as the network takes" +
              (channels == 3   ? ", or a grey one"
               : channels == 1 ? ", or RGB"
                               : ""));
}
inline Raster converted(const Raster& from, Depth depth) {
  if (from.depth == depth) return from;
  Raster to = blank_raster(from.width, from.height, from.channels, depth, from.alpha);
  const double scale = double{range_of(depth).high} / double{range_of(from.depth).high};
  detail::with_number(from.depth, [&]<class From>(From) {
    detail::with_number(depth, [&]<class To>(To) {
      for (Index k = 0; k < from.numbers(); ++k) to.put(k, detail::number_of<To>(from.at<From>(k) * scale));
    });
  });
  return to;
}

// ---- batches ----
inline void check_numbers(bool finite, bool known, const std::string& name) {
  if (!finite) throw Error(name + ": numbers that are not finite: expected finite ones");
  if (!known) throw Error(name + ": float numbers outside [0, 1]: expected a range for them");
}
// Whether to_images takes all of it, for who takes a part.
inline void check_numbers(const Raster& raster, std::optional<Range> range, const std::string& name) {
  if (raster.depth != Depth::float32) return;
  bool finite = true, within = true;
  for (Index k = 0; k < raster.numbers(); ++k) {
    const float value = raster.at<float>(k);
    finite &= std::isfinite(value);
    within &= value >= 0 && value <= 1;
  }
  check_numbers(finite, range || within, name);
}
template <class Domain>
Images<Domain> to_images(const Raster& raster, std::optional<Range> range = {},
                         const std::string& name = "picture") {
  raster.check(name);
  Images<Domain> images{.n = 1, .shape = {raster.channels, raster.height, raster.width}};
  const Range map = range.value_or(range_of(raster.depth));
  const float half = (map.high - map.low) / 2;
  bool finite = true, within = true;
  detail::with_number(raster.depth, [&]<class T>(T) {
    for (Index k = 0; k < raster.numbers(); ++k) {
      const float value = raster.at<T>(k);
      finite &= std::isfinite(value);
      within &= value >= map.low && value <= map.high;
      images.data[static_cast<std::size_t>(k)] = (value - map.low) / half - 1;
    }
  });
  check_numbers(finite, range || within, name);
  return images;
}
template <class Domain>
Raster to_raster(const Images<Domain>& images, Depth depth, std::optional<Range> range = {}, int index = 0) {
  check_batch(images);
  if (index < 0 || index >= images.n)
    throw Error("picture " + std::to_string(index) + " of a batch of " + std::to_string(images.n) +
                ": expected one that is there");
  Raster raster = blank_raster(images.shape.w, images.shape.h, images.shape.c, depth);
  const Range map = range.value_or(range_of(depth));
  const float* from = images.data.data() + index * raster.numbers();
  for (Index k = 0; k < raster.numbers(); ++k)
    if (!std::isfinite(from[k]))
      throw Error(
          "a picture with values that are not finite: expected those of a network that is not damaged");
  detail::with_number(depth, [&]<class T>(T) {
    using Real = std::conditional_t<sizeof(T) == 1, float, double>;  // of 8 bits as to_picture
    const Real low = map.low, half = (Real{map.high} - low) / 2;
    for (Index k = 0; k < raster.numbers(); ++k)
      raster.put(k, detail::number_of<T>((Real{from[k]} + 1) * half + low));
  });
  return raster;
}

// ---- pictures: 8 bits of red, green and blue ----
// With transparency as a fourth channel, of 16 bits the upper 8.
inline Raster in_bytes(const Raster& from, const std::string& name = "picture") {
  from.check(name);
  const int colours = from.colours();
  if (colours != 1 && colours != 3)
    throw Error(name + ": a picture of " + std::to_string(from.channels) +
                " channels: expected grey, or red, green and blue");
  Raster bytes = blank_raster(from.width, from.height, 3 + from.alpha, Depth::bits8, from.alpha);
  detail::with_number(from.depth, [&]<class T>(T) {
    Index k = 0;
    for (Index pixel = 0; pixel < Index{from.width} * from.height; ++pixel)
      for (int c = 0; c < bytes.channels; ++c) {
        const T value =
            from.at<T>(pixel * from.channels + (c == 3 || colours == 3 ? std::min(c, from.channels - 1) : 0));
        if constexpr (std::is_floating_point_v<T>) {
          if (!(value >= 0 && value <= 1))
            throw Error(name + ": float numbers outside [0, 1]: expected those of a picture");
          bytes.bytes[static_cast<std::size_t>(k++)] = detail::number_of<unsigned char>(value * 255.);
        } else {
          bytes.bytes[static_cast<std::size_t>(k++)] =
              static_cast<unsigned char>(value >> 8 * (sizeof(T) - 1));
        }
      }
  });
  return bytes;
}
inline Picture to_picture(const Raster& from, const std::string& name = "picture") {
  Raster bytes = on_white(in_bytes(from, name));
  return {bytes.width, bytes.height, std::move(bytes.bytes)};
}
inline Raster to_raster(Picture picture) {
  picture.check();
  return {picture.width, picture.height, 3, Depth::bits8, false, std::move(picture.rgb)};
}

}  // namespace guise
