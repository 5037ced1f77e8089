// What a network needs to run on one picture in bands: where every value lies in the scratch file, by liveness, and how
// much memory the bands of each node take. Throws Error for a node that no band of rows can be cut of.
#pragma once
#include <guise/backend/concept.hpp>
#include <guise/graph/arena.hpp>
#include <guise/graph/fuse.hpp>
#include <guise/graph/plan.hpp>
#include <guise/graph/shapes.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace guise::detail {

struct BandMemory {  // of one band: scalars of each window, and bytes of the backend's workspaces
  std::size_t x = 0, packed = 0, skip = 0, y = 0, sums = 0;
  std::size_t shared = 0, of_threads = 0;

  std::size_t scalars() const {
    return whole_lines(x) + whole_lines(packed) + whole_lines(skip) + whole_lines(y) + whole_lines(sums);
  }
  void grow_to(const BandMemory& m) {
    x = std::max(x, m.x), packed = std::max(packed, m.packed), skip = std::max(skip, m.skip);
    y = std::max(y, m.y), sums = std::max(sums, m.sums);
    shared = std::max(shared, m.shared), of_threads = std::max(of_threads, m.of_threads);
  }
};

// A node with the numbers that its operations are told; n is 1.
template <class B> struct BandSite {
  const B& backend;
  const Node& node;
  Shape a, y;

  Prologue prologue() const { return node.prologue.geometry(1, a); }
  ConvGeometry convolution() const { return node.window.geometry(1, node.prologue.shape(a)); }
  bool transposed() const { return node.window.transposed; }
  int reflect() const { return node.prologue.reflect; }
  ConvBands bands() const { return backend.conv_bands(convolution(), transposed()); }
  // The moments that a node takes of its result, or of its operand before it normalizes that.
  Prologue moments_of(Shape map) const {
    return {1, map.h, map.w, map.c, true, {}, 0, node.moments ? node.epsilon : node.prologue.epsilon};
  }
  std::size_t block_floats(int c) const { return static_cast<std::size_t>(backend.block_floats(c)); }

  static std::size_t row(Shape s) { return Shape{s.c, 1, s.w}.floats(); }
  static std::size_t rows(Shape s, int count) { return static_cast<std::size_t>(count) * row(s); }
  // A mirrored border at the sides is made as that of a picture of its own, which has one above and below too.
  int pictured(Rows padded) const { return std::max(padded.count(), reflect() + 1); }
  std::size_t padded_floats(Rows padded) const {
    return rows(node.prologue.shape(a), pictured(padded) + 2 * reflect());
  }

  BandMemory convolution(int from, int to) const {
    const ConvBand band = backend.conv_band(convolution(), transposed(), from, to);
    BandMemory m{.y = rows(y, band.written.count()), .shared = band.shared, .of_threads = band.of_threads};
    if (node.prologue.empty() || backend.reads_through(prologue()) || reflect() == 0) {
      m.x = rows(a, behind_border(reflect(), a.h, band.read).count());
    } else {
      m.x = rows(a, pictured(band.read));
      m.packed = padded_floats(band.read);
    }
    if (node.moments)
      for (const BlockRange& range : band.blocks)
        m.sums += static_cast<std::size_t>(range.count) * block_floats(y.c);
    return m;
  }
  BandMemory pixels(int from, int to) const {
    BandMemory m{.x = rows(a, reflect() ? pictured({from, to}) : to - from)};
    if (reflect()) m.packed = padded_floats({from, to});
    if (node.b != no_value) m.skip = reflect() ? m.packed : m.x;
    if (!node.prologue.activation.fusable()) m.y = m.x;
    return m;
  }
  BandMemory moments(Shape map, long from, long to) const {
    return {.x = rows(map, backend.moment_rows(moments_of(map), from, to).count()),
            .sums = static_cast<std::size_t>(to - from) * block_floats(map.c)};
  }
};

// The most of all bands of `step` pieces out of `count`; memory(from, to).
template <class F> BandMemory most_of(long count, long step, F memory) {
  BandMemory most;
  for (long from = 0; from < count; from += step) most.grow_to(memory(from, std::min(count, from + step)));
  return most;
}
// As many pieces together as a limit lets: of scalars, and of bytes of the workspaces. At least one.
struct BandLimit {
  std::size_t scalars = 0, shared = 0, of_threads = 0;
  bool holds(const BandMemory& m) const {
    return m.scalars() <= scalars && m.shared <= shared && m.of_threads <= of_threads;
  }
};
template <class F> long pieces_within(const BandLimit& limit, long count, F memory) {
  long step = count;
  while (step > 1 && !limit.holds(most_of(count, step, memory))) step = (step + 1) / 2;
  return step;
}

// f(count, memory of the pieces [from, to)) for each pass over the picture that the node makes.
template <class B, class F> void each_pass(const BandSite<B>& site, bool takes_moments, F f) {
  const auto moments = [&](Shape map) {
    f(site.backend.moment_blocks(site.moments_of(map)),
      [&site, map](long from, long to) { return site.moments(map, from, to); });
  };
  if (site.node.op == Op::conv) {
    f(long{site.bands().count},
      [&site](long from, long to) { return site.convolution(static_cast<int>(from), static_cast<int>(to)); });
    if (site.node.moments && site.bands().blocks == 0) moments(site.y);
    return;
  }
  if (takes_moments) moments(site.a);
  f(long{site.y.h},
    [&site](long from, long to) { return site.pixels(static_cast<int>(from), static_cast<int>(to)); });
}

template <class B> struct BandPlan {
  using T = typename B::Scalar;

  std::vector<Shape> shapes;
  std::vector<std::size_t> at;    // of every value, in the file
  std::vector<std::size_t> sums;  // of the moments of its blocks
  std::size_t file = 0;           // scalars
  BandLimit least;                // that every pass can do with

  BandPlan(const B& backend, const Graph& g, Shape in) : shapes(guise::shapes(g, in)) {
    for (Value v = 1; v <= g.output(); ++v) {
      const BandSite<B> site{backend, g[v], shape(g[v].a), shape(v)};
      check(site);
      each_pass(site, keeps_statistics(g, g[v]), [&](long count, auto memory) {
        const BandMemory m = most_of(count, 1, memory);
        least.scalars = std::max(least.scalars, m.scalars());
        least.shared = std::max(least.shared, m.shared);
        least.of_threads = std::max(least.of_threads, m.of_threads);
      });
    }
    lay_out(backend, g);
  }
  Shape shape(Value v) const { return shapes[static_cast<std::size_t>(v)]; }

 private:
  static void check(const BandSite<B>& site) {
    const Node& node = site.node;
    if ((node.op != Op::conv && node.op != Op::prologue && node.op != Op::norm) || has_spectral_norm(node))
      throw Error(
          "a picture in bands: expected a network of convolutions, norms, activations, reflections and sums "
          "alone");
    if (node.op == Op::conv && site.bands().count == 0)
      throw Error("a picture in bands: expected a network without transposed convolutions of stride 1");
  }
  void lay_out(const B& backend, const Graph& g) {
    const auto size = static_cast<std::size_t>(g.output()) + 1;
    std::vector<Value> last(size, 0);
    for (Value v = 1; v <= g.output(); ++v)
      for (Value read : {g[v].a, g[v].b})
        if (read != no_value) last[static_cast<std::size_t>(read)] = v;
    Arena arena;
    std::vector<Slot> slots{arena.take(shapes[0].floats())}, blocks(size);
    for (Value v = 1; v <= g.output(); ++v) {
      const Node& node = g[v];
      const auto k = static_cast<std::size_t>(v), a = static_cast<std::size_t>(node.a);
      const bool in_place = node.op != Op::conv && node.prologue.reflect == 0 && last[a] == v;
      slots.push_back(in_place ? slots[a] : arena.take(shapes[k].floats()));
      if (node.op == Op::conv && node.moments) {
        const BandSite<B> site{backend, node, shapes[a], shapes[k]};
        blocks[k] =
            arena.take(static_cast<std::size_t>(site.bands().blocks) * site.block_floats(shapes[k].c));
        arena.release(blocks[k]);
      }
      for (Value read : {node.a, node.b})
        if (read != no_value && last[static_cast<std::size_t>(read)] == v)
          arena.release(slots[static_cast<std::size_t>(read)]);
    }
    file = arena.lay_out();
    for (Slot& slot : slots) arena.resolve(slot), at.push_back(slot.offset);
    for (Slot& slot : blocks) arena.resolve(slot), sums.push_back(slot.offset);
  }
};

}  // namespace guise::detail
