// The backend for CPUs, in single precision: what backend/concept.hpp lists, by all threads of the machine.
//
// A Cpu is a small value; copies share threads and memory. `Cpu()` is the whole machine, one context for the
// process; `Cpu(n)` makes a context of n threads. The same inputs give the same bits whatever the number of
// threads. Operations may be called from many threads; each waits for its turn. Instructions are those that
// the compiler was told of: -march=native (or x86-64-v3, -v4) is several times as fast as a plain build. All
// translation units of a program must be told the same.
//
// Its operations are inline functions of operations.hpp. Where GUISE_COMPILED is defined, which the CMake target
// guise::compiled does for those who link it, they are only declared here, and compiled once, in cpu.cpp.
//
// Throws Error for less than one thread, std::bad_alloc before anything was written.
#pragma once
#include <guise/backend/band.hpp>
#include <guise/backend/concept.hpp>
#include <guise/core/buffer.hpp>
#include <guise/core/function_ref.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace guise {

namespace cpu {
struct Context;
class FrozenWeights;
}  // namespace cpu

class Cpu {
 public:
  using Scalar = float;
  using Buffer = guise::Buffer<float>;
  using Size = std::size_t;

  Cpu();
  explicit Cpu(int threads);
  int threads() const;
  // For products with weights that will not change as long as it lives: what is made of them is kept.
  Cpu frozen() const;

  // ---- memory ----
  Buffer zeros(Size n) const;
  Buffer uninitialized(Size n) const;
  void upload(Size n, const float* x, float* y) const;
  void download(Size n, const float* x, float* y) const;
  void copy(Size n, const float* x, float* y) const;
  void axpby(Size n, double a, const float* x, double b, float* y) const;

  // ---- between products ----
  void moments(Prologue g, const float* x, float* stats) const;
  void prologue(Prologue g, const float* x, const float* stats, const float* skip, float* y) const;
  void prologue_dx(Prologue g, const float* x, const float* stats, const float* dy, float* dx) const;
  void pointwise(const Activation& a, Size n, const float* x, float* y) const;
  void pointwise_dx(const Activation& a, Size n, const float* x, const float* y, const float* dy,
                    float* dx) const;
  void affine(Size rows, int c, const float* x, const float* scale, const float* shift, float* y) const;
  void affine_dw(Size rows, int c, const float* x, const float* dy, float* dscale, float* dshift) const;
  void column_sums(Size rows, int c, const float* dy, float* db) const;
  void track(Size count, int c, double momentum, double epsilon, const float* stats, float* mean,
             float* variance) const;
  void restore(int c, double epsilon, const float* mean, const float* variance, float* stats) const;

  // ---- products ----
  void conv(ConvGeometry p, const float* x, const float* w, Epilogue<float> e, float* y) const;
  void conv_dx(ConvGeometry p, const float* dy, const float* w, Epilogue<float> e, float* dx) const;
  void conv_dw(ConvGeometry p, const float* x, const float* dy, float* dw) const;

  // ---- a prologue and a product at once ----
  bool fused_conv(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                  const float* w, Epilogue<float> e, float* y) const;
  bool fused_conv_dw(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                     const float* dy, float* dw) const;
  bool fused_conv_dx(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                     const float* dy, const float* w, float* dx) const;
  bool fused_conv_dw_dx(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                        const float* dy, const float* w, float* dw, float* dx) const;

  // ---- a band of rows ----
  using BandsOf = Cpu;
  using ReadBlocks = FunctionRef<const float*(long begin, long end)>;
  ConvBands conv_bands(ConvGeometry p, bool transposed) const;
  ConvBand conv_band(ConvGeometry p, bool transposed, int from, int to) const;
  static bool reads_through(Prologue g);
  void conv_rows(Prologue g, ConvGeometry p, bool transposed, int from, int to, const float* x,
                 const float* stats, const float* w, Epilogue<float> e, float* sums, float* y) const;
  static int block_floats(int c);
  static long moment_blocks(Prologue g);
  static Rows moment_rows(Prologue g, long from, long to);
  void moments_of_rows(Prologue g, long from, long to, const float* x, float* sums) const;
  void finish_moments(Prologue g, long together, ReadBlocks read, float* stats) const;
  void finish_conv_moments(ConvGeometry p, bool transposed, double epsilon, long together, ReadBlocks read,
                           float* stats) const;

  // ---- channel by channel; the gradient of pooling in plain loops, for nobody trains a detector here ----
  void depthwise(ConvGeometry p, const float* x, const float* w, const float* bias, float* y) const;
  void depthwise_dx(ConvGeometry p, const float* dy, const float* w, float* dx) const;
  void depthwise_dw(ConvGeometry p, const float* x, const float* dy, float* dw) const;
  bool fused_depthwise(Prologue g, ConvGeometry p, const float* x, const float* stats, const float* w,
                       Epilogue<float> e, float* y) const;
  bool fused_depthwise_dw(Prologue g, ConvGeometry p, const float* x, const float* stats, const float* dy,
                          float* dw) const;
  void max_pool(ConvGeometry p, const float* x, float* y) const;
  void max_pool_dx(ConvGeometry p, const float* x, const float* dy, float* dx) const;
  void columns(Size rows, int from, const float* x, int to, float* y) const;

  // ---- general operations on tensors ----
  void copy_channels(Size rows, int count, const float* x, int x_channels, int x_first, float* y,
                     int y_channels, int y_first) const;
  void dropout(Size n, double rate, std::uint64_t stream, const float* counter, const float* x,
               float* y) const;
  void resample(Resample g, const float* x, float* y) const;
  void resample_dx(Resample g, const float* dy, float* dx) const;
  void multiply(Broadcast g, const float* x, const float* s, float* y) const;
  void multiply_ds(Broadcast g, const float* x, const float* dy, float* ds) const;
  void reduce(Reduce g, const float* x, float* y) const;
  void reduce_dx(Reduce g, const float* dy, float* dx) const;
  void matmul(Matmul g, const float* a, const float* b, float* y) const;
  void gather_rows(Size count, Size floats, const float* index, const float* x, float* y) const;
  void gather_rows_dx(Size count, Size floats, const float* index, const float* dy, float* dx) const;
  void normalize_rows(Size rows, int c, double epsilon, const float* x, float* y) const;
  void normalize_rows_dx(Size rows, int c, double epsilon, const float* x, const float* dy, float* dx) const;

  // ---- losses ----
  void mean(const MeanFormula& formula, Size n, double weight, const float* x, const float* target,
            double constant, float* value, float* dx) const;
  void cross_entropy(Size rows, int c, double weight, const float* x, const float* index, float* value,
                     float* dx) const;

  // ---- rows by a move each, and the optimiser ----
  void swap_rows(int count, Size floats, Guard<float> guard, const float* moves, float* x, float* y) const;
  void update(const UpdateFormula& rule, Size n, Guard<float> guard, const float* scalars, float* g,
              float* const* states, float* w) const;

 private:
  struct Turn;  // the context, while no other operation runs on it
  Turn turn() const;
  struct ByTurns;  // tasks that run on a turn of their own

  std::shared_ptr<cpu::Context> context_;
  std::shared_ptr<cpu::FrozenWeights> frozen_;
};

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/backend/cpu/operations.hpp>
#endif
