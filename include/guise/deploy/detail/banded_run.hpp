// Runs a network on one picture in bands, node by node: what a band reads is brought from the scratch file to a window
// of memory, and what it writes goes back. Statistics are finished before the next node reads them, so that every bit
// is that of the whole picture.
#pragma once
#include <guise/core/function_ref.hpp>
#include <guise/deploy/detail/band_plan.hpp>
#include <guise/deploy/detail/scratch_file.hpp>

#include <cstdint>
#include <vector>

namespace guise::detail {

template <class B> class BandedRun {
  using T = typename B::Scalar;
  using Site = BandSite<B>;

 public:
  // `limit`: what a band may take, at least the plan's least; `window` has so many scalars. `advance` is told of
  // every band how many multiply-adds were done.
  BandedRun(const B& backend, const Graph& g, const BandPlan<B>& plan, const T* parameters, const T* running,
            ScratchFile<T>& file, BandLimit limit, T* window, FunctionRef<void(std::size_t)> advance)
      : backend_(backend),
        g_(g),
        plan_(plan),
        parameters_(parameters),
        running_(running),
        file_(file),
        limit_(limit),
        window_(window),
        advance_(advance),
        statistics_(plan.shapes.size()) {}

  void run() {
    for (Value v = 1; v <= g_.output(); ++v) {
      const Site site{backend_, g_[v], plan_.shape(g_[v].a), plan_.shape(v)};
      site.node.op == Op::conv ? convolution(site, v) : pixels(site, v);
    }
  }

 private:
  std::size_t at(Value v) const { return plan_.at[static_cast<std::size_t>(v)]; }
  std::vector<T>& statistics(Value v) {
    std::vector<T>& stats = statistics_[static_cast<std::size_t>(v)];
    stats.resize(2 * static_cast<std::size_t>(plan_.shape(v).c));
    return stats;
  }
  const T* read_statistics(const Node& node, Value v) {
    if (!node.prologue.normalize) return nullptr;
    return statistics(node.op == Op::conv || !keeps_statistics(g_, node) ? node.a : v).data();
  }
  void read(Value v, Rows rows, T* to) const {
    const std::size_t row = Site::row(plan_.shape(v));
    file_.read(at(v) + static_cast<std::size_t>(rows.from) * row,
               static_cast<std::size_t>(rows.count()) * row, to);
  }
  void write(Value v, Rows rows, const T* from) const {
    const std::size_t row = Site::row(plan_.shape(v));
    file_.write(at(v) + static_cast<std::size_t>(rows.from) * row,
                static_cast<std::size_t>(rows.count()) * row, from);
  }
  struct Windows {
    T *x, *packed, *skip, *y, *sums;
  };
  Windows windows(const BandMemory& m) const {
    T* free = window_;
    const auto take = [&](std::size_t scalars) {
      T* const mine = free;
      free += whole_lines(scalars);
      return mine;
    };
    T *const x = take(m.x), *const packed = take(m.packed), *const skip = take(m.skip), *const y = take(m.y);
    return {x, packed, skip, y, take(m.sums)};
  }
  // f(windows, from, to) for bands of all pieces.
  template <class M, class F> void each_band(long count, M memory, F f) {
    const long step = pieces_within(limit_, count, memory);
    const Windows memory_of = windows(most_of(count, step, memory));
    for (long from = 0; from < count; from += step) f(memory_of, from, std::min(count, from + step));
  }

  // Rows of a prologue's result, reflected: those of a picture of which they are the middle. Returns their place.
  T* reflected(const Site& site, Value v, Rows padded, const Windows& w) {
    const int r = site.reflect(), tall = site.pictured(padded);
    const std::size_t row = Site::row(site.a);
    for (int k = 0; k < tall; ++k) {
      const int y = std::min(padded.from + k, padded.to - 1) - r;
      const int source = y < 0 ? -y : y >= site.a.h ? 2 * site.a.h - 2 - y : y;
      read(site.node.a, {source, source + 1}, w.x + static_cast<std::size_t>(k) * row);
    }
    Prologue g = site.prologue();
    g.h = tall;
    backend_.prologue(g, w.x, read_statistics(site.node, v),
                      site.node.op == Op::conv || site.node.b == no_value ? nullptr : w.skip, w.packed);
    return w.packed + Site::rows(site.node.prologue.shape(site.a), r);
  }

  void convolution(const Site& site, Value v) {
    const Node& node = site.node;
    const Prologue g = site.prologue();
    const ConvGeometry p = site.convolution();
    const ConvBands bands = site.bands();
    const bool through = node.prologue.empty() || backend_.reads_through(g);
    const Prologue left =
        through ? g : Prologue{1, site.transposed() ? p.out_h : p.h, site.transposed() ? p.out_w : p.w, g.c};
    const T* const weight = parameters_ + node.parameters;
    const Epilogue<T> e{node.adds_bias ? weight + weights(node) : nullptr, node.activation, nullptr,
                        node.epsilon};
    const std::size_t block = site.block_floats(site.y.c), sums_at = plan_.sums[static_cast<std::size_t>(v)];
    const bool sums = node.moments && bands.blocks > 0;
    const std::size_t work = macs(node, site.a, site.y);
    each_band(
        bands.count, [&](long from, long to) { return site.convolution(int(from), int(to)); },
        [&](const Windows& w, long from, long to) {
          const ConvBand band = backend_.conv_band(p, site.transposed(), int(from), int(to));
          const T* x = w.x;
          if (through || site.reflect() == 0) {
            const Rows rows = behind_border(site.reflect(), site.a.h, band.read);
            read(node.a, rows, w.x);
            Prologue some = g;
            some.h = rows.count();
            if (!through) backend_.prologue(some, w.x, read_statistics(node, v), nullptr, w.x);
          } else {
            x = reflected(site, v, band.read, w);
          }
          backend_.conv_rows(left, p, site.transposed(), int(from), int(to), x,
                             through ? read_statistics(node, v) : nullptr, weight, e, sums ? w.sums : nullptr,
                             w.y);
          write(v, band.written, w.y);
          advance_(work / static_cast<std::size_t>(bands.count) * static_cast<std::size_t>(to - from));
          const T* sums_of = w.sums;
          for (const BlockRange& range : band.blocks) {
            if (!sums) break;
            const std::size_t count = static_cast<std::size_t>(range.count) * block;
            file_.write(sums_at + static_cast<std::size_t>(range.first) * block, count, sums_of);
            sums_of += count;
          }
        });
    if (!node.moments) return;
    if (!sums) return moments(site, v, site.y, statistics(v).data());
    const auto most = static_cast<long>(limit_.scalars / block);
    backend_.finish_conv_moments(
        p, site.transposed(), node.epsilon, most,
        [&](long begin, long end) -> const T* {
          file_.read(sums_at + static_cast<std::size_t>(begin) * block,
                     static_cast<std::size_t>(end - begin) * block, window_);
          return window_;
        },
        statistics(v).data());
  }

  // Of a value that lies in the file, by blocks of its own.
  void moments(const Site& site, Value of, Shape map, T* stats) {
    const Prologue g = site.moments_of(map);
    const auto memory = [&](long from, long to) { return site.moments(map, from, to); };
    const long blocks = backend_.moment_blocks(g), step = pieces_within(limit_, blocks, memory);
    const Windows w = windows(most_of(blocks, step, memory));
    backend_.finish_moments(
        g, step,
        [&](long begin, long end) -> const T* {
          read(of, backend_.moment_rows(g, begin, end), w.x);
          backend_.moments_of_rows(g, begin, end, w.x, w.sums);
          return w.sums;
        },
        stats);
  }

  void pixels(const Site& site, Value v) {
    const Node& node = site.node;
    const int c = site.a.c;
    if (node.of_batch)
      backend_.restore(c, node.prologue.epsilon, running_ + node.statistics, running_ + node.statistics + c,
                       statistics(v).data());
    else if (keeps_statistics(g_, node))
      moments(site, node.a, site.a, statistics(v).data());
    each_band(
        site.y.h, [&](long from, long to) { return site.pixels(int(from), int(to)); },
        [&](const Windows& w, long from, long to) {
          const Rows rows{int(from), int(to)};
          const int r = site.reflect();
          if (node.b != no_value) read(node.b, rows, w.skip + Site::rows(site.y, r));
          if (r) return write(v, rows, reflected(site, v, rows, w));
          read(node.a, rows, w.x);
          const std::size_t count = static_cast<std::size_t>(rows.count()) * Site::row(site.a);
          if (!node.prologue.activation.fusable()) {
            backend_.pointwise(node.prologue.activation, count, w.x, w.y);
            return write(v, rows, w.y);
          }
          Prologue g = site.prologue();
          g.h = rows.count();
          backend_.prologue(g, w.x, read_statistics(node, v), node.b == no_value ? nullptr : w.skip, w.x);
          const T* const scale = parameters_ + node.parameters;
          if (node.op == Op::norm)
            backend_.affine(static_cast<std::size_t>(g.h) * static_cast<std::size_t>(g.w), c, w.x, scale,
                            scale + c, w.x);
          write(v, rows, w.x);
        });
  }

  const B& backend_;
  const Graph& g_;
  const BandPlan<B>& plan_;
  const T *parameters_, *running_;
  ScratchFile<T>& file_;
  BandLimit limit_;
  T* window_;
  FunctionRef<void(std::size_t)> advance_;
  std::vector<std::vector<T>> statistics_;  // of every value that is normalized
};

}  // namespace guise::detail
