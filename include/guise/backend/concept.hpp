// The one list of operations. A backend is a small value with these members; nothing else touches a tensor.
// An operation is told where to read and write and the geometry. Its arguments do not overlap unless said.
// `Reference` says in plain loops what each means; every other backend is held against it.
//
// Some operations *add* to their result, which the list says; all others write it.
#pragma once
#include <guise/backend/formula.hpp>
#include <guise/backend/geometry.hpp>
#include <guise/backend/primitives.hpp>

#include <cstddef>
#include <type_traits>

namespace guise {

template <class B> struct Complete {
  using T = typename B::Scalar;
#define GUISE_NEEDS(call)                                                                                   \
  static_assert(                                                                                            \
      requires(const B b, const T* in, T* out, const float* host_in, float* host_out, std::size_t n, int c, \
               Prologue g, ConvGeometry p, Epilogue<T> e, Guard<T> u, Activation a,                         \
               const MeanFormula& mean_of, const UpdateFormula& rule, T* const* states) { b.call; },        \
      "the backend lacks " #call)
  // memory
  GUISE_NEEDS(zeros(n));                   // a Buffer of n zeros: data(), size(), movable
  GUISE_NEEDS(uninitialized(n));           // a Buffer of n scalars that will be written before they are read
  GUISE_NEEDS(upload(n, host_in, out));    // host floats -> backend
  GUISE_NEEDS(upload(n, in, out));         // host scalars -> backend
  GUISE_NEEDS(download(n, in, host_out));  // backend -> host floats
  GUISE_NEEDS(copy(n, in, out));           // y = x
  GUISE_NEEDS(axpby(n, 1.0, in, 1.0, out));  // y = a x + b y; x may be y; y is not read where b is 0
  // between products
  GUISE_NEEDS(moments(g, in, out));              // stats (n, c, 2) of x: mean, 1 / sqrt(variance + epsilon)
  GUISE_NEEDS(prologue(g, in, in, in, out));     // y = reflect(activation(normalize(x, stats))) + skip; y may
                                                 // be x where nothing is reflected
  GUISE_NEEDS(prologue_dx(g, in, in, in, out));  // dx from x, stats, dy: through the statistics too; the
                                                 // values of x do not matter where only reflected
  GUISE_NEEDS(pointwise(a, n, in, out));         // y = activation(x)
  GUISE_NEEDS(pointwise_dx(a, n, in, in, in,
                           out));  // dx from x, y, dy; dx may be dy; x may be null for the known kinds
  GUISE_NEEDS(affine(n, c, in, in, in, out));  // y = x scale + shift, n rows of c; shift null: 0; y may be x
  GUISE_NEEDS(affine_dw(n, c, in, in, out, out));  // adds to dscale, dshift from x, dy
  GUISE_NEEDS(column_sums(n, c, in, out));         // adds to db from dy, n rows of c
  GUISE_NEEDS(track(n, c, 0.1, 1e-5, in, out,
                    out));  // running mean and variance (unbiased) follow stats of n values
  GUISE_NEEDS(restore(c, 1e-5, in, in, out));  // stats (c, 2) from running mean and variance
  // products
  GUISE_NEEDS(conv(p, in, in, e, out));  // y from x, w
  GUISE_NEEDS(conv_dx(p, in, in, e,
                      out));             // dx from dy, w; with its epilogue also the transposed convolution
  GUISE_NEEDS(conv_dw(p, in, in, out));  // adds to dw from x, dy
  // on tensors (n, area, c); see backend/primitives.hpp
  GUISE_NEEDS(copy_channels(n, c, in, c, c, out, c, c));  // y[row, y_first + k] = x[row, x_first + k], k < c,
                                                          // of n rows, from (x, channels, first) to (y, ...)
  GUISE_NEEDS(dropout(n, 0.5, n, in, in, out));   // y = x / (1 - rate), or 0 where DropoutKey(stream, the two
                                                  // scalars of the first pointer) says so; y may be x
  GUISE_NEEDS(resample(Resample{}, in, out));     // y from x by a separable filter
  GUISE_NEEDS(resample_dx(Resample{}, in, out));  // dx from dy
  GUISE_NEEDS(multiply(Broadcast{}, in, in, out));     // y = x s; y may be x
  GUISE_NEEDS(multiply_ds(Broadcast{}, in, in, out));  // ds from x, dy: sums over what s is broadcast over
  GUISE_NEEDS(reduce(Reduce{}, in, out));              // y = sums or means of x
  GUISE_NEEDS(reduce_dx(Reduce{}, in, out));           // dx from dy
  GUISE_NEEDS(matmul(Matmul{}, in, in, out));          // y = a b
  GUISE_NEEDS(gather_rows(n, n, in, in, out));         // count, floats: row k of y is row index[k] of x
  GUISE_NEEDS(gather_rows_dx(n, n, in, in, out));      // adds row k of dy to row index[k] of dx, in order
  GUISE_NEEDS(normalize_rows(n, c, 1e-7, in, out));    // y = x / (|x| + epsilon), n rows of c
  GUISE_NEEDS(normalize_rows_dx(n, c, 1e-7, in, in, out));  // dx from x, dy
  // losses
  GUISE_NEEDS(mean(mean_of, n, 1.0, in, in, 1.0, out,
                   out));  // one scalar: weight mean formula(x, t); and dx.
                           // t is a tensor or, where that is null, a number
  GUISE_NEEDS(cross_entropy(n, c, 1.0, in, in, out,
                            out));  // one scalar: weight mean -log softmax(x)[index[row]], n rows of c; and
                                    // dx. Where index is null row k belongs to k mod c
  // what the host decides anew for each step lies on the backend, so that steps can be replayed
  GUISE_NEEDS(swap_rows(c, n, u, in, out, out));  // c rows of n scalars of x, one after the other, by a move
                                                  // each: 0 stays, s changes places with row s - 1 of y, -s
                                                  // is copied over that row
  GUISE_NEEDS(update(rule, n, u, in, out, states,
                     out));  // from g: states and w by an optimiser's formula and
                             // its scalars; then, whatever the guard says, g = 0
#undef GUISE_NEEDS
  static constexpr bool ok = true;
};
template <class B>
concept Backend = Complete<B>::ok;

// Optional: a prologue and a product at once. Each may be missing, or answer false ("not this geometry", and
// nothing was written): the step is then composed of the operations above. Looked for by name only, so that a
// wrong signature is an error and not a silent "no". `transposed`: the product runs p backwards.
//   bool fused_conv   (g, p, transposed, x, stats, w, epilogue, y)   y  = epilogue(product(prologue(x), w))
//   bool fused_conv_dw(g, p, transposed, x, stats, dy, dw)           dw += of the same
//   bool fused_conv_dx(g, p, transposed, x, stats, dy, w, dx)        dx  = of the same, through the prologue
//   bool fused_conv_dw_dx(g, p, transposed, x, stats, dy, w, dw, dx)  both, where they have work in common
// And `B frozen()`: a backend for products whose weights will not change, which may keep what it makes of
// them.
template <class B>
concept FusesForward = requires {
  &B::fused_conv;
};
template <class B>
concept FusesWeightGradient = requires {
  &B::fused_conv_dw;
};
template <class B>
concept FusesInputGradient = requires {
  &B::fused_conv_dx;
};
template <class B>
concept FusesBothGradients = requires {
  &B::fused_conv_dw_dx;
};

// Optional as well, over each channel by itself: what detectors are made of. A layer whose operation the
// backend lacks does not compile, and says so. `p.out_c` is `p.c`.
//   void depthwise   (p, x, w, bias, y)  y  = convolution with weights (c, 1, kernel, kernel); bias null: 0
//   void depthwise_dx(p, dy, w, dx)      dx = of the same
//   void depthwise_dw(p, x, dy, dw)      dw += of the same
//   void max_pool    (p, x, y)           y  = the largest of each window; all of them lie within x
//   void max_pool_dx (p, x, dy, dx)      dx = dy where a window's first largest value was, else 0
//   void columns(n, from, x, to, y)      n rows of `from` channels to rows of `to`: cut, or zeros added
template <class B>
concept Channelwise = requires {
  &B::depthwise;
  &B::depthwise_dx;
  &B::depthwise_dw;
  &B::max_pool;
  &B::max_pool_dx;
  &B::columns;
};

// And optional beside these, as fused_conv is beside the products:
//   bool fused_depthwise   (g, p, x, stats, w, epilogue, y)  y   = epilogue(depthwise(prologue(x), w))
//   bool fused_depthwise_dw(g, p, x, stats, dy, dw)          dw += of the same
template <class B>
concept FusesDepthwise = requires {
  &B::fused_depthwise;
  &B::fused_depthwise_dw;
};

// Optional as well: training pictures are made of what was loaded (core/random_crops.hpp) by the backend.
//   void random_crops(n, load, crop, rgb, crops, y)   y (n, crop, crop, 3) = crops of rgb (n, load, load, 3),
//                                                     flipped where they say so, [0, 255] to [-1, 1]; rgb and
//                                                     the n crops lie on the host
template <class B>
concept MakesRandomCrops = requires {
  &B::random_crops;
};

// Optional as well: a band of rows of one picture with the bits of the whole picture (backend/band.hpp), in memory of
// the host, for pictures whose maps are too large for memory. Beside the rows of a band an operation touches nothing.
//   using BandsOf = B                             so that a backend that derives from this one, and computes by itself
//                                                 what it inherits, does not inherit the bands, whose bits differ
//   ConvBands conv_bands(p, transposed)           into how many pieces it cuts a convolution; it may decline
//   ConvBand conv_band(p, transposed, from, to)   what the pieces [from, to) read, write and need
//   bool reads_through(g)                         whether conv_rows does the prologue too; else it was done before
//   void conv_rows(g, p, transposed, from, to, x, stats, w, epilogue, sums, y)
//                                                 the rows of y; x and y begin with the first row read and written;
//                                                 sums: the moments of its blocks, or null
//   int block_floats(c)                           scalars of a block's moments
//   long moment_blocks(g)                         blocks of a map by itself, over all its pixels
//   Rows moment_rows(g, from, to)                 the rows that have pixels of the blocks [from, to)
//   void moments_of_rows(g, from, to, x, sums)    the moments of these blocks; x begins with the first of the rows
//   void finish_moments(g, together, read, stats)  stats of all blocks, of which read(begin, end), asked for at most
//                                                  so many `together`, gives some, from first to last, twice
//   void finish_conv_moments(p, transposed, epsilon, together, read, stats)  the same of a convolution's blocks
template <class B>
concept Banded = std::is_same_v<typename B::BandsOf, B> && requires {
  &B::conv_bands;
  &B::conv_band;
  &B::reads_through;
  &B::conv_rows;
  &B::block_floats;
  &B::moment_blocks;
  &B::moment_rows;
  &B::moments_of_rows;
  &B::finish_moments;
  &B::finish_conv_moments;
};

// Optional as well: a row of operations that is noted down once and asked for again as one.
//   Recording record(work)   calls work(); what it asks of the backend is noted, not done. Buffers that are
//                            made in it are the recording's own; those from elsewhere must stay where they
//                            are. True, once there is one. Throws Error where something cannot be noted.
//   void replay(recording)   does what was noted, with the same bits, on what the buffers hold now
template <class B>
concept Records = requires {
  &B::record;
  &B::replay;
};

}  // namespace guise
