// A frozen generator that translates a picture of any size within a given memory, with the bits of a Translator on the
// same backend. Each layer runs over bands of rows before the next one begins, so that the norms' statistics are those
// of the whole picture and nothing is computed twice but a few rows where bands meet; the maps in between lie in a
// scratch file, or in memory where it has room for them.
//
//   const TiledTranslator<Man, Woman, Gen, Cpu> translate(std::move(net), {.memory = std::size_t{1} << 30});
//   Images<Woman> her = translate(std::move(him));
//
// Networks of convolutions, transposed ones of stride 2 and more, norms, activations, reflections and sums; a backend
// that is `Banded`. One picture at a time, in [-1, 1], as a Picture or as a Raster of any channels and depth, which take
// less memory; `by_rows` takes and gives a row at a time, so that the picture need not be in memory at all. `memory`
// holds for the bands, the backend's workspaces, the parameters and the maps that are not in the file, and for a
// picture before and after the run; in the run the picture lies in the scratch file. Throws Error for networks and
// pictures that it cannot take, where the memory is too small (saying how much is needed), where the disk has no room
// for the scratch file (before any work is done), and where that cannot be read or written.
#pragma once
#include <guise/deploy/detail/banded_run.hpp>
#include <guise/deploy/detail/fitting.hpp>
#include <guise/io/picture/picture.hpp>
#include <guise/io/picture/raster.hpp>
#include <guise/net/network.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
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
  using ReadRow = FunctionRef<Images<From>()>;  // the next row, of height 1
  using WriteRow = FunctionRef<void(const Images<To>& row)>;

  explicit TiledTranslator(Net net, TilingOptions options = {})
      : backend_(net.backend()), net_(std::move(net).frozen()), options_(std::move(options)) {}

  int channels() const { return net_.graph().channels(); }  // as of a Translator
  int channels_made() const { return channels() ? net_.graph()[net_.graph().output()].channels : 0; }

  Images<To> operator()(Images<From> picture) const {
    if (picture.n != 1)
      refuse("a picture to translate in bands is one of a batch", picture.n, "one picture at a time");
    check_batch(picture);
    const Shape from = picture.shape, to = shape_of(from);
    Images<To> translated{0, to, {}, {}};
    int read = 0, written = 0;
    by_rows(
        from, std::max(from.floats(), to.floats()) * sizeof(float),
        [&] {
          Images<From> row{1, {from.c, 1, from.w}};
          std::copy_n(picture.data.data() + at(from, read), row.data.size(), row.data.data());
          if (++read == from.h) picture.data = {};
          return row;
        },
        [&](const Images<To>& row) {
          if (written == 0) translated = {1, to};
          std::copy_n(row.data.data(), row.data.size(), translated.data.data() + at(to, written++));
        });
    return translated;
  }
  // The numbers of a range become [-1, 1], and those of the translation the same range again; see io/picture/raster.hpp.
  Raster operator()(Raster picture, std::optional<Range> range = {}) const {
    picture.check();
    const Shape from{picture.channels, picture.height, picture.width}, to = shape_of(from);
    const Depth depth = picture.depth;
    Raster translated{to.w, to.h, to.c, depth, picture.alpha && to.c == from.c, {}};
    const auto bytes = [&](Shape shape) { return shape.floats() * static_cast<std::size_t>(depth); };
    int read = 0;
    by_rows(
        from, std::max(bytes(from), bytes(to)),
        [&] {
          Images<From> row = to_images<From>(row_of(picture, read), range);
          if (++read == from.h) picture.bytes = {};
          return row;
        },
        [&](const Images<To>& row) {
          if (translated.bytes.empty()) translated.bytes.reserve(bytes(to));
          const Raster made = to_raster(row, depth, range);
          translated.bytes.insert(translated.bytes.end(), made.bytes.begin(), made.bytes.end());
        });
    return translated;
  }
  Picture operator()(Picture picture) const {
    picture.check();
    const Shape shape{3, picture.height, picture.width};
    if (const int channels = shape_of(shape).c; channels != 3)
      refuse("a translation to 8-bit pictures has channels in a number", channels, "3, red, green and blue");
    return {shape.w, shape.h, (*this)(to_raster(std::move(picture))).bytes};
  }
  // Reads the rows of a picture of this shape from the top, each once, and then writes those of its translation. `bytes`
  // is what the caller takes for the picture before and after the run.
  void by_rows(Shape picture, std::size_t bytes, ReadRow read, WriteRow write) const {
    using namespace detail;
    const Graph& g = net_.inferring();
    const Shape in = shape_that_fits(net_.graph(), picture);
    const BandPlan<B> plan(backend_, g, in);
    if (const Shape y = plan.shapes.back(); y.h != in.h || y.w != in.w)
      throw Error("a picture of " + std::to_string(in.h) + "x" + std::to_string(in.w) + " became one of " +
                  std::to_string(y.h) + "x" + std::to_string(y.w) +
                  ": expected a network that keeps the size");
    const Budget budget = this->budget(plan, bytes);
    if (budget.needed > options_.memory)
      throw Error("a picture of " + std::to_string(picture.w) + "x" + std::to_string(picture.h) + " within " +
                  mebibytes(options_.memory) + " of memory: expected at least " + mebibytes(budget.needed));
    ScratchFile<T> file =
        budget.file_in_memory ? ScratchFile<T>(plan.file) : ScratchFile<T>(folder(), plan.file);
    spill(picture, in, read, file, plan.at.front());
    in_bands(plan, in, budget.limit, file);
    fetch(picture, plan.shapes.back(), write, file, plan.at.back());
  }

 private:
  Shape shape_of(Shape picture) const {  // of its translation
    return {out(net_.graph(), detail::shape_that_fits(net_.graph(), picture)).c, picture.h, picture.w};
  }
  static std::size_t at(Shape s, int row) {
    return static_cast<std::size_t>(row) * Shape{s.c, 1, s.w}.floats();
  }

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
  void spill(Shape picture, Shape in, ReadRow read, detail::ScratchFile<T>& file, std::size_t first) const {
    const std::size_t c = static_cast<std::size_t>(in.c), floats = at(in, 1);
    std::vector<float> row(floats);
    std::vector<T> scalars(floats);
    for (int r = 0; r < in.h; ++r) {
      if (r < picture.h) {
        const Images<From> given = read();
        if (given.n != 1 || given.shape != Shape{picture.c, 1, picture.w})
          throw Error("a row of a picture to translate in bands: expected one of its width and channels");
        std::copy_n(given.data.data(), given.data.size(), row.data());
        for (int q = picture.w; q < in.w; ++q)
          std::copy_n(row.data() + static_cast<std::size_t>(detail::mirrored(q, picture.w)) * c, c,
                      row.data() + static_cast<std::size_t>(q) * c);
        backend_.upload(floats, row.data(), scalars.data());
      } else {
        file.read(first + at(in, detail::mirrored(r, picture.h)), floats, scalars.data());
      }
      file.write(first + at(in, r), floats, scalars.data());
    }
  }
  void fetch(Shape picture, Shape made, WriteRow write, const detail::ScratchFile<T>& file,
             std::size_t first) const {
    std::vector<float> row(at(made, 1));
    std::vector<T> scalars(row.size());
    Images<To> given{1, {made.c, 1, picture.w}};
    for (int r = 0; r < picture.h; ++r) {
      file.read(first + at(made, r), row.size(), scalars.data());
      backend_.download(row.size(), scalars.data(), row.data());
      std::copy_n(row.data(), given.data.size(), given.data.data());
      write(given);
    }
  }

  B backend_;  // not frozen: what that would keep of the weights counts for nothing at this size
  Net net_;
  TilingOptions options_;
};

}  // namespace guise
