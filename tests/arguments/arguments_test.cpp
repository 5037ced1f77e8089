// A fuzzer of arguments: whatever numbers, pictures and batches the public functions are given, they return what they
// promise or throw one Error of one line. The sanitizers watch that nothing is read or written behind a buffer.
#include <guise/backend/cpu/cpu.hpp>
#include <guise/core/random.hpp>
#include <guise/data/resize.hpp>
#include <guise/data/transform.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/face/frame.hpp>
#include <guise/face/marks.hpp>
#include <guise/io/picture/exif.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/picture/mosaic.hpp>
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/sequential.hpp>
#include <guise/metrics/mae.hpp>
#include <guise/metrics/psnr.hpp>
#include <guise/metrics/ssim.hpp>

#include <doctest/doctest.h>

#include <climits>
#include <filesystem>

using namespace guise;

namespace {

struct Photo;
struct Mask;
struct Net : Sequential<Conv<3, 4, 3, Stride<1>, Pad<1>>, Relu, Conv<4, 1, 3, Stride<1>, Pad<1>>> {};

class Arguments {
 public:
  explicit Arguments(std::uint64_t seed) : random_(seed) {}
  int number() {
    static constexpr int odd[] = {INT_MIN, -2, -1, 0, 1, 2, 3, 1 << 16, INT_MAX};
    return random_.chance(0.3) ? odd[random_.below(std::size(odd))] : static_cast<int>(random_.below(20));
  }
  int small() {
    return random_.chance(0.2) ? -static_cast<int>(random_.below(3)) : static_cast<int>(random_.below(12));
  }
  Picture picture() {  // often not what it says: four channels, no bytes, sides below one
    Picture p{random_.chance(0.2) ? number() : small(), small(), {}};
    const int channels = random_.chance(0.5) ? 3 : static_cast<int>(random_.below(5));
    const std::int64_t bytes = std::int64_t{channels} * p.width * p.height;
    if (bytes > 0 && bytes < 100000) p.rgb.resize(static_cast<std::size_t>(bytes), 9);
    return p;
  }
  template <class Domain> Images<Domain> images() {
    Images<Domain> x{
        std::max(0, small()),
        {random_.chance(0.7) ? 3 : std::max(0, small()), std::max(0, small()), std::max(0, small())}};
    std::ranges::fill(x.data, 0.5f);
    if (random_.chance(0.3)) x.n = small();
    if (random_.chance(0.3)) x.shape = {small(), small(), small()};
    return x;
  }
  double real() { return random_.chance(0.1) ? 1e9 : random_.chance(0.1) ? -3 : 10 * random_.uniform(); }

 private:
  Random random_;
};

// Whether it returned; false: it threw what it may.
bool survives(auto action) {
  try {
    action();
    return true;
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK(!text.empty());
    CHECK(text.size() < 400);
    CHECK(printable(text) == text);
    return false;
  }
}

}  // namespace

TEST_CASE("pictures of any sides and bytes") {
  const auto file =
      std::filesystem::temp_directory_path() / ("guise_arguments_" + std::to_string(getpid()) + ".png");
  int done = 0, refused = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Arguments any(seed);
    const auto each = [&](auto action) { survives(action) ? ++done : ++refused; };
    const Picture p = any.picture();
    each([&] { to_images<Photo>(p); });
    each([&] { resized(p, any.small(), any.small()); });
    each([&] { upright(p, any.number()); });
    each([&] { mosaic({p, p, any.picture()}, any.number(), any.small()); });
    each([&] { blank(any.small(), any.small()); });
    each([&] { static_cast<void>(RandomCrops<Photo>{any.small(), any.small(), any.number()}); });
    each([&] { write_picture(file, p); });
    each([&] { crop<Photo>(p, {{any.real(), any.real()}, any.real(), any.real()}, any.small()); });
    each([&] {
      Picture marked = p;
      mark_line(marked, {any.real(), any.real()}, {any.real(), any.real()}, 2, {1, 2, 3});
    });
    each([&] {
      Images<Photo> batch{2, {3, 4, 4}};
      Transform transform{.load = any.small(), .crop = any.small()};
      transform.preprocess = static_cast<Preprocess>(seed % preprocess_names.size());
      transform.check();
      const Crop at{any.small(), any.small(), false};
      write_sample(loaded(to_raster(p), transform), transform, at, batch, any.small());
    });
  }
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  CHECK(done > 2000);
  CHECK(refused > 2000);
}

TEST_CASE("batches of any number, shape and buffer") {
  const Translator<Photo, Mask, Net, Cpu> translate{Network<Photo, Mask, Net, Cpu>(1, 0, Cpu(1))};
  Network<Photo, Mask, Net, Cpu> net(1, 0, Cpu(1));
  int done = 0, refused = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Arguments any(seed);
    const auto each = [&](auto action) { survives(action) ? ++done : ++refused; };
    const Images<Photo> x = any.images<Photo>(), z = any.images<Photo>();
    each([&] { translate(x); });
    each([&] { to_picture(x, any.small()); });
    each([&] { mae(x, z); });
    each([&] { psnr(x, z); });
    each([&] { ssim(x, z); });
    each([&] { static_cast<void>(Images<Photo>{any.small(), {any.small(), any.small(), any.small()}}); });
    each([&] {
      Batch<Photo, Cpu> on_cpu{std::max(0, any.small()), {3, 6, 6}, Cpu(1)};
      std::ranges::fill(on_cpu.data, 0.f);
      on_cpu.n = any.small();
      auto [y, tape] = net.forward(on_cpu);
      Gradient<Mask, Cpu> dy{std::max(1, any.small()), {1, 6, std::max(1, any.small())}, Cpu(1)};
      std::ranges::fill(dy.data, 0.f);
      auto gradients = net.gradients();
      net.learn(std::move(tape), dy, gradients);
    });
  }
  CHECK(done > 500);
  CHECK(refused > 2000);
}
