// The learnt scale and shift of a norm, y = scale x + shift per channel: what InstanceNorm<C, Affine> and
// BatchNorm<C> share. Parameters: weight (C), bias (C).
#pragma once
#include <guise/layer/concept.hpp>

namespace guise {

// Self says: `statistics_geometry(n, in)`, the reduction that its moments take.
template <class Self, int C> struct AffineNorm : LayerDefaults {
  static constexpr int channels = C, tensors = 2;
  static constexpr std::size_t parameters = 2 * C;
  static constexpr Shape out(Shape s) { return s; }
  static constexpr std::size_t extra(Shape) { return 2 * C; }
  static constexpr std::size_t scratch(Shape s) { return whole_lines(s.floats()); }
  static constexpr void list(ParameterList& table, Name path, int position) {
    table.add(path + position + ".weight", {C}, Initializer::near_one);
    table.add(path + position + ".bias", {C}, Initializer::zero);
  }

 protected:
  // `stats` have been written behind y.
  template <class B> static void normalize(Call<B> c) {
    c.backend.prologue(Self::statistics_geometry(c.n, c.in), c.x, c.y + c.floats_in(), nullptr, c.y);
    c.backend.affine(rows(c), C, c.y, c.parameters, c.parameters + C, c.y);
  }
  template <class B> static void pull(Call<B> c) {
    const auto g = Self::statistics_geometry(c.n, c.in);
    const auto* stats = c.y + c.floats_in();
    if (c.gradients) {
      c.backend.prologue(g, c.x, stats, nullptr, c.scratch);
      c.backend.affine_dw(rows(c), C, c.scratch, c.dy, c.gradients, c.gradients + C);
    }
    if (!c.dx) return;
    c.backend.affine(rows(c), C, c.dy, c.parameters, nullptr, c.scratch);
    c.backend.prologue_dx(g, c.x, stats, c.scratch, c.dx);
  }
  template <class B> static std::size_t rows(Call<B> c) { return c.floats_in() / C; }
};

}  // namespace guise
