// Pictures in bands have the bits of whole pictures, whatever their size, the memory and the number of threads.
#include "support/reference.hpp"
#include "support/sanitizers.hpp"
#include "support/scratch_folder.hpp"
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/make_formula.hpp>
#include <guise/deploy/tiled_translator.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

using namespace guise;

namespace {

struct From;
struct To;

struct Softsign {  // an activation of one's own
  static constexpr const char* name = "softsign";
  template <class T> static T value(T x) { return x / (T(1) + math::abs(x)); }
  template <class T> static T slope(T, T y) { return (T(1) - math::abs(y)) * (T(1) - math::abs(y)); }
};

struct OfOneOwn : Reference<> {
};  // computes as it likes: the bands that it inherits have the bits of another
static_assert(Banded<Cpu> && Banded<Reference<double>> && !Banded<OfOneOwn>);

template <class B> using Net = Generator<From, To, Described, B>;

template <class B> Net<B> network(const Graph& g, B backend) {
  Net<B> net(g, 3, 0, backend);
  testing::randomize_parameters(net, 5, 0.1);
  return net;
}
template <class B> Batch<From, B> picture(Shape shape, B backend) {
  Batch<From, B> x{1, shape, backend};
  testing::randomize(x, 7);
  return x;
}

// What infers one picture in bands that take no more than a limit.
template <class B>
std::vector<typename B::Scalar> in_bands(const Net<B>& net, const Batch<From, B>& x,
                                         detail::BandLimit limit) {
  using T = typename B::Scalar;
  const detail::BandPlan<B> plan(net.backend(), net.inferring(), x.shape);
  detail::ScratchFile<T> file(plan.file);
  std::vector<T> window(limit.scalars), y(plan.shapes.back().floats());
  file.write(plan.at.front(), x.data.size(), x.data.data());
  detail::BandedRun<B>(net.backend(), net.inferring(), plan, net.parameters().data(), net.statistics().data(),
                       file, limit, window.data(), [](std::size_t) {})
      .run();
  file.read(plan.at.back(), y.size(), y.data());
  return y;
}

// Bands of one piece each, of some, and the whole picture as one: all as the whole picture on any number of threads.
template <class B> void check(const Graph& g, Shape shape, B whole, B banded) {
  CAPTURE(shape.h);
  CAPTURE(shape.w);
  const Batch<From, B> x = picture<B>(shape, whole);
  const Batch<To, B> y = network(g, whole).infer(x);
  const Net<B> net = network(g, banded);
  const detail::BandLimit least = detail::BandPlan<B>(banded, net.inferring(), shape).least;
  for (const double times : {1., 1.2, 1.7, 3., 8., 1000.}) {
    CAPTURE(times);
    const auto more = [&](std::size_t n) { return static_cast<std::size_t>(static_cast<double>(n) * times); };
    const auto z = in_bands(net, x, {more(least.scalars), more(least.shared), more(least.of_threads)});
    REQUIRE(z.size() == y.data.size());
    CHECK(std::memcmp(z.data(), y.data.data(), z.size() * sizeof z[0]) == 0);
  }
}

// Nodes of every kind that a network in bands may have.
Graph of_all_kinds(int c, Activation own) {
  Graph g;
  Value y = g.conv(0, {.in = 3, .out = c, .kernel = 5, .pad = 2});
  y = g.activation(y, own);
  y = g.instance_norm(y, c, true);
  y = g.activation(y, Activation(Activation::leaky_relu, 0.1));
  const Value early = y;
  y = g.conv(y, {.in = c, .out = 2 * c, .kernel = 4, .stride = 2, .pad = 1});
  y = g.batch_norm(y, 2 * c);
  y = g.activation(y, Activation::relu);
  y = g.conv(y, {.in = 2 * c, .out = 2 * c, .kernel = 3, .pad = 1, .bias = false});
  y = g.instance_norm(y, 2 * c);
  y = g.conv(y, {.in = 2 * c, .out = c, .kernel = 4, .stride = 2, .pad = 1, .transposed = true});
  y = g.add(g.instance_norm(y, c), early);
  y = g.add(g.activation(y, own), y);  // the activation must not take the place of what is read again
  y = g.conv(g.reflect(y, 3), {.in = c, .out = c, .kernel = 3});
  y = g.instance_norm(g.add(y, y), c);  // of a value that no convolution made
  y = g.conv(g.reflect(g.activation(y, Activation::tanh), 4), {.in = c, .out = 2, .kernel = 9});
  y = g.instance_norm(y, 2);
  y = g.add(g.reflect(y, 1), g.reflect(y, 1));
  y = g.conv(y, {.in = 2, .out = 7, .kernel = 3, .stride = 3, .pad = 1, .output_pad = 2, .transposed = true});
  g.conv(y, {.in = 7, .out = 3, .kernel = 3, .stride = 3, .pad = 1});
  return g;
}

}  // namespace

TEST_CASE("the rows that bands need are those that show in a mirrored border and those that a kernel meets") {
  const auto needs = [](Rows found, int row) {
    CHECK(found.from <= row);
    CHECK(row < found.to);
  };
  for (int h = 2; h < 8; ++h)
    for (int reflect = 0; reflect < h; ++reflect)
      for (int from = 0; from < h + 2 * reflect; ++from)
        for (int to = from + 1; to <= h + 2 * reflect; ++to) {
          const Rows found = behind_border(reflect, h, {from, to});
          CHECK(found.from >= 0);
          CHECK(found.to <= h);
          for (int row = from; row < to; ++row) needs(found, reference::mirror(row - reflect, h));
        }
  for (int kernel = 1; kernel < 5; ++kernel)
    for (int stride = 1; stride < 4; ++stride)
      for (const bool transposed : {false, true}) {
        const Window w{.in = 1,
                       .out = 1,
                       .kernel = kernel,
                       .stride = stride,
                       .pad = kernel / 3,
                       .transposed = transposed};
        const ConvGeometry g = w.geometry(1, {1, 7, 7});
        const int h = transposed ? g.h : g.out_h;
        for (int from = 0; from < h; ++from)
          for (int to = from + 1; to <= h; ++to)
            reference::each_tap(g, [&](std::size_t in, std::size_t out, std::size_t) {
              const int wide = int(in) / g.w, narrow = int(out) / g.out_w, y = transposed ? wide : narrow;
              if (y >= from && y < to) needs(rows_met(g, transposed, {from, to}), transposed ? narrow : wide);
            });
      }
}
TEST_CASE("bands of a picture have the bits of the whole picture, on Cpu") {
  for (const Shape shape :
       {Shape{3, 8, 8}, {3, 64, 64}, {3, 60, 84}, {3, 200, 12}, {3, 12, 332}, {3, 164, 96}}) {
    check(resnet_generator(2, 16, 3), shape, Cpu(1), Cpu(2));
    check(resnet_generator(2, 32, 3), shape, Cpu(2), Cpu(1));
    check(resnet_generator(1, 5, 3), shape, Cpu(2), Cpu(3));
    for (const int c : {6, 32})
      for (const Activation own : {Activation(Activation::sigmoid), Activation::of<Softsign>()})
        check(of_all_kinds(c, own), shape, Cpu(1), Cpu(2));
  }
  check(resnet_generator(1, 64, 3), {3, 132, 260}, Cpu(2), Cpu(1));
  check(resnet_generator(1, 64, 3), {3, 16, 20}, Cpu(2), Cpu(1));  // of few pixels and many weights
}
TEST_CASE("bands of a picture have the bits of the whole picture, on Reference") {
  check(resnet_generator(1, 4, 2), {2, 20, 32}, Reference<float>(), Reference<float>());
  check(resnet_generator(1, 3, 3), {3, 40, 12}, Reference<double>(), Reference<double>());
  check(of_all_kinds(3, Activation::of<Softsign>()), {3, 26, 16}, Reference<double>(), Reference<double>());
}

// ---- what a translator does beside the bits ----
namespace {

using Tiled = TiledTranslator<From, To, Described, Cpu>;

Images<From> host_picture(Shape shape) {
  Images<From> x{1, shape};
  testing::randomize(x, 7);
  return x;
}
std::string refusal(const Tiled& translate, Images<From> x) {
  try {
    translate(std::move(x));
  } catch (const Error& error) { return error.what(); }
  return "";
}

// The most memory that this process takes while f runs, more than before, in bytes. The kernel counts.
template <class F> std::size_t peak_of(F f) {
  const auto kibibytes = [](const std::string& what) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
      if (std::size_t value = 0; word == what && status >> value) return value;
    return std::size_t{0};
  };
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew
  const std::size_t before = kibibytes("VmRSS:");
  f();
  return (kibibytes("VmHWM:") - before) << 10;
}

}  // namespace

TEST_CASE(
    "a translator in bands gives the pictures of one that takes them whole: any side, on file and in "
    "memory") {
  const Graph g = resnet_generator(2, 16, 3);
  const testing::ScratchFolder folder;
  const Translator<From, To, Described, Cpu> whole(network(g, Cpu(2)));
  for (const Shape shape : {Shape{3, 1, 1}, {3, 5, 9}, {3, 61, 83}, {3, 203, 30}}) {
    const Images<To> y = whole(host_picture(shape));
    for (const std::size_t memory : {std::size_t{12} << 20, std::size_t{1} << 30}) {
      double done = 0;
      const Tiled banded(network(g, Cpu(1)),
                         {.memory = memory, .folder = folder.path(), .progress = [&](double part) {
                            CHECK(part > done);
                            done = part;
                          }});
      const Images<To> z = banded(host_picture(shape));
      REQUIRE(z.shape == y.shape);
      CHECK(std::memcmp(z.data.data(), y.data.data(), y.data.size() * sizeof(float)) == 0);
      CHECK(done > 0.99);
      CHECK(done <= 1);
      CHECK(std::filesystem::is_empty(folder.path()));
      done = 0;
      const Picture bytes = to_picture(host_picture(shape));
      CHECK(banded(bytes) == to_picture(whole(to_images<From>(bytes))));
      for (const Depth depth : {Depth::bits8, Depth::bits16, Depth::float32})
        for (const std::optional<Range> range : {std::optional<Range>(), std::optional(Range{0, 300})}) {
          const Raster raster = converted(to_raster(Picture(bytes)), depth);
          const auto given = to_images<From>(raster, range);
          done = 0;
          CHECK(banded(raster, range) == to_raster(whole(given), depth, range));
        }
    }
  }
}

TEST_CASE("rasters of other channels than three are translated in bands, and their rows are asked for once") {
  const Graph g = resnet_generator(1, 8, 2);
  const Translator<From, To, Described, Cpu> whole(Net<Cpu>(g, 2, 0, Cpu(1)));
  const Tiled banded(Net<Cpu>(g, 2, 0, Cpu(1)), {.memory = 16 << 20});
  Raster raster = blank_raster(13, 11, 2, Depth::bits16, true);
  for (std::size_t k = 0; k < raster.bytes.size(); ++k) raster.bytes[k] = static_cast<unsigned char>(37 * k);
  const Images<To> y = whole(to_images<From>(raster));
  Raster expected = to_raster(y, Depth::bits16);
  expected.alpha = true;
  CHECK(banded(raster) == expected);
  CHECK(whole.channels() == 2);
  CHECK(whole.channels_made() == 2);
  int asked = 0, given = 0;
  banded.by_rows(
      {2, 11, 13}, 0, [&] { return to_images<From>(row_of(raster, asked++)); },
      [&](const Images<To>& row) {
        CHECK(row.shape == Shape{2, 1, 13});
        CHECK(std::memcmp(row.data.data(), y.data.data() + 26 * given++, 26 * sizeof(float)) == 0);
      });
  CHECK(asked == 11);
  CHECK(given == 11);
  CHECK_THROWS_AS(banded.by_rows(
                      {2, 11, 13}, 0,
                      [&] {
                        return Images<From>{1, {2, 1, 12}};
                      },
                      [](const Images<To>&) {}),
                  Error);
}

#ifndef GUISE_ADDRESS_SANITIZER  // it keeps what is freed
TEST_CASE("a translator in bands keeps to its memory") {
  const Graph g = resnet_generator(1, 16, 3);
  const Shape shape{3, 768, 768};
  const Translator<From, To, Described, Cpu> whole(network(g, Cpu(2)));
  CHECK(peak_of([&] { whole(host_picture(shape)); }) > std::size_t{100} << 20);
  for (const std::size_t memory : {std::size_t{20} << 20, std::size_t{40} << 20}) {
    const Tiled banded(network(g, Cpu(2)), {.memory = memory});
    CHECK(peak_of([&] { banded(host_picture(shape)); }) <= memory);
  }
}
#endif

TEST_CASE("what a translator in bands cannot do it says before it begins, in one line") {
  const Graph g = resnet_generator(1, 8, 3);
  const auto with = [&](TilingOptions options) { return Tiled(network(g, Cpu(1)), std::move(options)); };
  const Shape shape{3, 64, 48};
  const Tiled wide(network(resnet_generator(1, 64, 3), Cpu(1)), {.memory = 1 << 20});
  CHECK(refusal(wide, host_picture(shape))
            .find("a picture of 48x64 within 1 MiB of memory: expected at least ") == 0);
  CHECK(refusal(with({.memory = 4 << 20, .folder = "/nowhere"}), host_picture({3, 512, 512}))
            .find("/nowhere: a scratch file cannot be made: ") == 0);
  CHECK(refusal(with({}), host_picture({2, 64, 48})).find("channels in a number of 2") != std::string::npos);
  CHECK(refusal(with({}), Images<From>{2, shape}).find("one picture at a time") != std::string::npos);
  Graph pooled;
  pooled.max_pool(pooled.conv(0, {.in = 3, .out = 3, .kernel = 3, .pad = 1}), 1);
  CHECK(refusal(Tiled(network(pooled, Cpu(1))), host_picture(shape))
            .find("a picture in bands: expected a network of ") == 0);
  Graph backwards;
  backwards.conv(backwards.conv(0, {.in = 3, .out = 64, .kernel = 1}),
                 {.in = 64, .out = 64, .kernel = 3, .pad = 1, .transposed = true});
  CHECK(refusal(Tiled(network(backwards, Cpu(1))), host_picture(shape))
            .find("transposed convolutions of stride 1") != std::string::npos);
}

TEST_CASE("a disk without room is told before the work, one that fails in it ends it, and nothing is left") {
  const testing::ScratchFolder folder;
  const auto limited = [&](rlim_t bytes, auto f) {
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit low{bytes, before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &low);
    f();
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
  };
  long told = 0;
  const Tiled translate(network(resnet_generator(1, 8, 3), Cpu(1)),
                        {.memory = 8 << 20, .folder = folder.path(), .progress = [&](double) {
                           if (++told > 1) throw Error("stopped");
                         }});
  const Shape shape{3, 640, 512};
  limited(1 << 20, [&] {
    const std::string text = refusal(translate, host_picture(shape));
    CHECK(text.find(folder.path().string() + ": no room for a scratch file of ") == 0);
  });
  CHECK(told == 0);
  CHECK(refusal(translate, host_picture(shape)) == "stopped");
  CHECK(std::filesystem::is_empty(folder.path()));
  detail::ScratchFile<float> file(folder.path(), 16);
  float value = 3;
  CHECK_THROWS_WITH_AS(
      file.read(16, 1, &value),
      (folder.path().string() + ": the scratch file cannot be read: Input/output error").c_str(), Error);
  limited(64, [&] { CHECK_THROWS_AS(file.write(16, 1, &value), Error); });
}
