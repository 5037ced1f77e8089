// A convolution of stride 2 as one of stride 1 with 2 x 2 taps: it is the sum over the four phases (p, q) of
// convolutions of every second pixel, from (p, q) on, with every second tap. So phases are channels:
// forward those of the input, and transposed, where every phase is an output of its own, those of the output.
//
// A kernel of 3 has one tap only in the phases with p = 1, and the tap that is missing leaves zeros in six of
// the 36 planes. The phases are in such an order that what the other planes sum over is in one piece.
#pragma once
#include <guise/backend/cpu/winograd/transforms.hpp>
#include <guise/backend/geometry.hpp>

namespace guise::cpu::winograd {

inline constexpr int phase_row[] = {1, 0, 0, 1}, phase_col[] = {0, 0, 1, 1};
inline int phases_of(const ConvGeometry& g) { return g.stride == 2 ? 4 : 1; }
inline int taps_of(const ConvGeometry& g) { return g.stride == 2 ? 2 : g.kernel; }  // along an axis

// Where the pixels of a grid lie in a picture: (row + r stride, col + q stride).
struct Lattice {
  int stride = 1, row = 0, col = 0;
};
inline Lattice input_lattice(const ConvGeometry& g, bool transposed, long phase) {
  if (g.stride != 2) return {1, -g.pad_top, -g.pad_left};
  if (transposed) return {1, g.pad_top / 2 - 1, g.pad_left / 2 - 1};
  return {2, phase_row[phase] - g.pad_top, phase_col[phase] - g.pad_left};
}
inline Lattice output_lattice(const ConvGeometry& g, bool transposed, long phase) {
  if (g.stride != 2 || !transposed) return {};
  return {2, phase_row[phase] - g.pad_top % 2, phase_col[phase] - g.pad_left % 2};
}

// The kernel's row (or column) that is the k-th tap of the phases p. Transposed, a tap leads backwards.
inline int tap(int p, int k, bool transposed) { return p + 2 * (transposed ? 1 - k : k); }

// The parts of the depth, [from, to) of `count`, that a plane sums over; `phase` is that of the columns.
struct Parts {
  int from, to, count;
};
inline Parts parts_of(const ConvGeometry& g, bool transposed, long phase, long plane) {
  const long i = plane / side, j = plane % side, last = side - 1;
  if (g.stride != 2 || g.kernel != 3) return {0, 1, 1};
  if (transposed) return {0, (i == 0 && phase_row[phase]) || (j == 0 && phase_col[phase]) ? 0 : 1, 1};
  return {i == last ? 1 : 0, j == last ? 2 : i == last ? 3 : 4, 4};
}

}  // namespace guise::cpu::winograd
