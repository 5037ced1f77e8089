// What a network needs to run on one picture in bands: where every value lies in the scratch file, by liveness, and how
// much memory the bands of each node take. Throws Error for a node that no band of rows can be cut of.
#pragma once
#include <guise/deploy/detail/band_site.hpp>
#include <guise/graph/arena.hpp>
#include <guise/graph/fuse.hpp>
#include <guise/graph/plan.hpp>
#include <guise/graph/shapes.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace guise::detail {

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
