// A node of a network that runs in bands of one picture, with the numbers that its operations are told, and the memory
// that a band of it takes.
#pragma once
#include <guise/backend/band.hpp>
#include <guise/backend/concept.hpp>
#include <guise/graph/graph.hpp>

#include <algorithm>

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

}  // namespace guise::detail
