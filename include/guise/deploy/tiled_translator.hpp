// A frozen generator that translates a picture of any size within a given memory, with the bits of a Translator on the
// same backend. Each layer runs over bands of rows before the next one begins, so that the norms' statistics are those
// of the whole picture and nothing is computed twice but a few rows where bands meet; the maps in between lie in a
// scratch file, or in memory where it has room for them.
//
//   const TiledTranslator<Man, Woman, Gen, Cpu> translate(std::move(net), {.memory = std::size_t{1} << 30});
//   Images<Woman> her = translate(std::move(him));
//
// Networks of convolutions, transposed ones of stride 2 and more, norms, activations, reflections and sums; a backend
// that is `Banded`. One picture at a time, in [-1, 1]; as 8-bit `Picture`s it takes a third of the memory. `memory`
// holds for the bands, the backend's workspaces, the parameters and the maps that are not in the file, and for a
// picture before and after the run; in the run the picture lies in the scratch file. Throws Error for networks and
// pictures that it cannot take, where the memory is too small (saying how much is needed), where the disk has no room
// for the scratch file (before any work is done), and where that cannot be read or written.
#pragma once
#include <guise/deploy/detail/banded_run.hpp>
#include <guise/deploy/detail/fitting.hpp>
#include <guise/io/picture/picture.hpp>
#include <guise/net/network.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace guise {

struct TilingOptions {
  std::size_t memory = std::size_t{1} << 30;  // bytes
  std::size_t beside = 0;                     // of it, what the program takes for itself
  std::filesystem::path folder = {};  // of the scratch file; empty: TMPDIR, or the system's for such files
  std::function<void(double)> progress =
      {};  // told which part is done, from 0 to 1; what it throws ends the work
};

template <class From, class To, class Gen, class B> class TiledTranslator {
  static_assert(Banded<B>, "the backend computes no bands of rows: expected one that is Banded, such as Cpu");
  static_assert(InHostMemory<B>);
  using T = typename B::Scalar;

 public:
  using Net = Generator<From, To, Gen, B>;
  using ReadRow = FunctionRef<void(int row, float* to)>;
  using WriteRow = FunctionRef<void(int row, const float* from)>;

  explicit TiledTranslator(Net net, TilingOptions options = {})
      : backend_(net.backend()), net_(std::move(net).frozen()), options_(std::move(options)) {}

  Images<To> operator()(Images<From> picture) const {
    if (picture.n != 1)
      refuse("a picture to translate in bands is one of a batch", picture.n, "one picture at a time");
    check_batch(picture);
    const Shape from = picture.shape,
                to{out(net_.graph(), detail::shape_that_fits(net_.graph(), from)).c, from.h, from.w};
    Images<To> translated{0, to, {}, {}};
    run(
        from, std::max(from.floats(), to.floats()) * sizeof(float),
        [&](int r, float* row) { copy_row(picture.data.data() + at(from, r), from, row); },
        [&] { picture.data = {}; },
        [&](int r, const float* row) {
          if (r == 0) translated = {1, to};
          copy_row(row, to, translated.data.data() + at(to, r));
        });
    return translated;
  }
  Picture operator()(Picture picture) const {
    picture.check();
    const Shape shape{3, picture.height, picture.width};
    if (const int channels = out(net_.graph(), detail::shape_that_fits(net_.graph(), shape)).c; channels != 3)
      refuse("a translation to 8-bit pictures has channels in a number", channels, "3, red, green and blue");
    Picture translated{shape.w, shape.h, {}};
    run(
        shape, shape.floats(),
        [&](int r, float* row) {
          const unsigned char* bytes = picture.rgb.data() + at(shape, r);
          std::transform(bytes, bytes + at(shape, 1), row, to_unit);
        },
        [&] { picture.rgb = {}; },
        [&](int r, const float* row) {
          if (r == 0) translated.rgb.resize(shape.floats());
          std::transform(row, row + at(shape, 1), translated.rgb.data() + at(shape, r), to_byte);
        });
    return translated;
  }

 private:
  static std::size_t at(Shape s, int row) {
    return static_cast<std::size_t>(row) * Shape{s.c, 1, s.w}.floats();
  }
  static void copy_row(const float* from, Shape s, float* to) { std::copy_n(from, at(s, 1), to); }

  // What the memory is spent on, in bytes.
  struct Budget {
    std::size_t needed;       // at least
    detail::BandLimit limit;  // of the bands
    bool file_in_memory;
  };
  Budget budget(const detail::BandPlan<B>& plan, std::size_t picture) const {
    constexpr std::size_t enough = std::size_t{256} << 20;  // larger bands are no faster
    detail::BandLimit limit = plan.least;
    const std::size_t kept =
        options_.beside + (net_.parameters().size() + net_.statistics().size()) * sizeof(T);
    const std::size_t bands = limit.scalars * sizeof(T) + limit.shared + limit.of_threads;
    const std::size_t needed = kept + std::max(bands, picture + limit.shared + limit.of_threads);
    if (needed > options_.memory) return {needed, limit, false};
    const std::size_t more = std::min(enough, options_.memory - needed);
    limit.scalars += more / 4 * 3 / sizeof(T), limit.shared += more / 8, limit.of_threads += more / 8;
    return {needed, limit, plan.file * sizeof(T) <= options_.memory - needed - more};
  }
  std::filesystem::path folder() const {
    if (!options_.folder.empty()) return options_.folder;
    const char* const named = std::getenv("TMPDIR");
    return named && *named ? std::filesystem::path(named) : std::filesystem::path("/tmp");
  }

  void run(Shape picture, std::size_t picture_bytes, ReadRow read, FunctionRef<void()> drop,
           WriteRow write) const {
    using namespace detail;
    const Graph& g = net_.inferring();
    const Shape in = shape_that_fits(net_.graph(), picture);
    const BandPlan<B> plan(backend_, g, in);
    if (const Shape y = plan.shapes.back(); y.h != in.h || y.w != in.w)
      throw Error("a picture of " + std::to_string(in.h) + "x" + std::to_string(in.w) + " became one of " +
                  std::to_string(y.h) + "x" + std::to_string(y.w) +
                  ": expected a network that keeps the size");
    const Budget budget = this->budget(plan, picture_bytes);
    if (budget.needed > options_.memory)
      throw Error("a picture of " + std::to_string(picture.w) + "x" + std::to_string(picture.h) + " within " +
                  mebibytes(options_.memory) + " of memory: expected at least " + mebibytes(budget.needed));
    ScratchFile<T> file =
        budget.file_in_memory ? ScratchFile<T>(plan.file) : ScratchFile<T>(folder(), plan.file);
    spill(picture, in, read, file, plan.at.front());
    drop();
    in_bands(plan, in, budget.limit, file);
    fetch(picture, plan.shapes.back(), write, file, plan.at.back());
  }
  void in_bands(const detail::BandPlan<B>& plan, Shape in, detail::BandLimit limit,
                detail::ScratchFile<T>& file) const {
    const Graph& g = net_.inferring();
    auto window = Buffer<T>::uninitialized(limit.scalars);
    std::size_t done = 0;
    const auto all = static_cast<double>(macs(g, in));
    const auto advance = [&](std::size_t more) {
      done += more;
      if (options_.progress) options_.progress(static_cast<double>(done) / all);
    };
    detail::BandedRun<B>(backend_, g, plan, net_.parameters().data(), net_.statistics().data(), file, limit,
                         window.data(), advance)
        .run();
  }
  // The picture to the file, mirrored at the right and the bottom, and its translation back.
  void spill(Shape picture, Shape in, ReadRow read, detail::ScratchFile<T>& file, std::size_t at) const {
    const std::size_t c = static_cast<std::size_t>(in.c), floats = Shape{in.c, 1, in.w}.floats();
    std::vector<float> row(floats);
    std::vector<T> scalars(floats);
    for (int r = 0; r < in.h; ++r) {
      read(detail::mirrored(r, picture.h), row.data());
      for (int q = picture.w; q < in.w; ++q)
        std::copy_n(row.data() + static_cast<std::size_t>(detail::mirrored(q, picture.w)) * c, c,
                    row.data() + static_cast<std::size_t>(q) * c);
      backend_.upload(floats, row.data(), scalars.data());
      file.write(at + static_cast<std::size_t>(r) * floats, floats, scalars.data());
    }
  }
  void fetch(Shape picture, Shape out, WriteRow write, const detail::ScratchFile<T>& file,
             std::size_t at) const {
    const std::size_t floats = Shape{out.c, 1, out.w}.floats();
    std::vector<float> row(floats);
    std::vector<T> scalars(floats);
    for (int r = 0; r < picture.h; ++r) {
      file.read(at + static_cast<std::size_t>(r) * floats, floats, scalars.data());
      backend_.download(floats, scalars.data(), row.data());
      write(r, row.data());
    }
  }

  B backend_;  // not frozen: what that would keep of the weights counts for nothing at this size
  Net net_;
  TilingOptions options_;
};

}  // namespace guise
