// The backend for CPUs, in single precision: what backend/concept.hpp lists, by all threads of the machine.
//
// A Cpu is a small value; copies share threads and memory. `Cpu()` is the whole machine, one context for the
// process; `Cpu(n)` makes a context of n threads. The same inputs give the same bits whatever the number of
// threads. Operations may be called from many threads; each waits for its turn. Instructions are those that
// the compiler was told of: -march=native (or x86-64-v3, -v4) is several times as fast as a plain build. All
// translation units of a program must be told the same.
//
// Throws Error for less than one thread, std::bad_alloc before anything was written.
#pragma once
#include <guise/backend/concept.hpp>
#include <guise/backend/cpu/band.hpp>
#include <guise/backend/cpu/channelwise.hpp>
#include <guise/backend/cpu/elementwise.hpp>
#include <guise/backend/cpu/matmul.hpp>
#include <guise/backend/cpu/primitives.hpp>
#include <guise/backend/cpu/products.hpp>
#include <guise/backend/cpu/prologue.hpp>
#include <guise/backend/cpu/resample.hpp>
#include <guise/backend/reference/channelwise.hpp>
#include <guise/core/error.hpp>

namespace guise {

class Cpu {
 public:
  using Scalar = float;
  using Buffer = guise::Buffer<float>;
  using Size = std::size_t;

  Cpu() : context_(cpu::Context::common()) {}
  explicit Cpu(int threads) {
    if (threads < 1) refuse("a number of threads", threads, "at least one");
    context_ = std::make_shared<cpu::Context>(threads);
  }
  int threads() const { return context_->threads(); }
  // For products with weights that will not change as long as it lives: what is made of them is kept.
  Cpu frozen() const {
    Cpu twin = *this;
    twin.frozen_ = std::make_shared<cpu::FrozenWeights>();
    return twin;
  }

  // ---- memory ----
  Buffer zeros(Size n) const {
    Buffer buffer = uninitialized(n);
    cpu::fill(*turn(), long(n), 0, buffer.data());
    return buffer;
  }
  Buffer uninitialized(Size n) const { return Buffer::uninitialized(n, context_->recycler); }
  void upload(Size n, const float* x, float* y) const { copy(n, x, y); }
  void download(Size n, const float* x, float* y) const { copy(n, x, y); }
  void copy(Size n, const float* x, float* y) const { cpu::copy(*turn(), long(n), x, y); }
  void axpby(Size n, double a, const float* x, double b, float* y) const {
    cpu::axpby(*turn(), long(n), float(a), x, float(b), y);
  }

  // ---- between products ----
  void moments(Prologue g, const float* x, float* stats) const {
    cpu::moments(*turn(), g.n, long(g.h) * g.w, g.c, g.epsilon, x, stats);
  }
  void prologue(Prologue g, const float* x, const float* stats, const float* skip, float* y) const {
    cpu::prologue(*turn(), g, x, stats, skip, y);
  }
  void prologue_dx(Prologue g, const float* x, const float* stats, const float* dy, float* dx) const {
    cpu::prologue_dx(*turn(), g, x, stats, dy, dx);
  }
  void pointwise(const Activation& a, Size n, const float* x, float* y) const {
    cpu::pointwise(*turn(), a, long(n), x, y);
  }
  void pointwise_dx(const Activation& a, Size n, const float* x, const float* y, const float* dy,
                    float* dx) const {
    cpu::pointwise_dx(*turn(), a, long(n), x, y, dy, dx);
  }
  void affine(Size rows, int c, const float* x, const float* scale, const float* shift, float* y) const {
    cpu::affine(*turn(), long(rows), c, x, scale, shift, y);
  }
  void affine_dw(Size rows, int c, const float* x, const float* dy, float* dscale, float* dshift) const {
    cpu::affine_dw(*turn(), long(rows), c, x, dy, dscale, dshift);
  }
  void column_sums(Size rows, int c, const float* dy, float* db) const {
    cpu::column_sums(*turn(), long(rows), c, dy, db);
  }
  void track(Size count, int c, double momentum, double epsilon, const float* stats, float* mean,
             float* variance) const {
    cpu::track(long(count), c, momentum, epsilon, stats, mean, variance);
  }
  void restore(int c, double epsilon, const float* mean, const float* variance, float* stats) const {
    cpu::restore(c, epsilon, mean, variance, stats);
  }

  // ---- products ----
  void conv(ConvGeometry p, const float* x, const float* w, Epilogue<float> e, float* y) const {
    cpu::convolution(*turn(), cpu::input_of(p, x), p, false, w, e, y);
  }
  void conv_dx(ConvGeometry p, const float* dy, const float* w, Epilogue<float> e, float* dx) const {
    cpu::convolution(*turn(), cpu::output_of(p, dy), p, true, w, e, dx);
  }
  void conv_dw(ConvGeometry p, const float* x, const float* dy, float* dw) const {
    cpu::weight_gradient(*turn(), cpu::input_of(p, x), p, cpu::output_of(p, dy), dw);
  }

  // ---- a prologue and a product at once ----
  bool fused_conv(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                  const float* w, Epilogue<float> e, float* y) const {
    return cpu::fused_conv(*turn(), g, p, transposed, x, stats, w, e, y);
  }
  bool fused_conv_dw(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                     const float* dy, float* dw) const {
    return cpu::fused_conv_dw(*turn(), g, p, transposed, x, stats, dy, dw);
  }
  bool fused_conv_dx(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                     const float* dy, const float* w, float* dx) const {
    return cpu::fused_conv_dx(*turn(), g, p, transposed, x, stats, dy, w, dx);
  }
  bool fused_conv_dw_dx(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                        const float* dy, const float* w, float* dw, float* dx) const {
    return cpu::fused_conv_dw_dx(*turn(), g, p, transposed, x, stats, dy, w, dw, dx);
  }

  // ---- a band of rows ----
  using BandsOf = Cpu;
  ConvBands conv_bands(ConvGeometry p, bool transposed) const { return cpu::conv_bands(p, transposed); }
  ConvBand conv_band(ConvGeometry p, bool transposed, int from, int to) const {
    return cpu::conv_band(p, transposed, from, to, threads());
  }
  static bool reads_through(Prologue g) { return g.c % cpu::lanes == 0; }
  void conv_rows(Prologue g, ConvGeometry p, bool transposed, int from, int to, const float* x,
                 const float* stats, const float* w, Epilogue<float> e, float* sums, float* y) const {
    cpu::conv_band(*turn(), g, p, transposed, from, to, x, stats, w, e, sums, y);
  }
  static int block_floats(int c) { return 2 * c; }
  static long moment_blocks(Prologue g) { return cpu::moment_blocks(long(g.h) * g.w); }
  static Rows moment_rows(Prologue g, long from, long to) { return cpu::moment_rows(g, from, to); }
  void moments_of_rows(Prologue g, long from, long to, const float* x, float* sums) const {
    cpu::moments_of_rows(*turn(), g, from, to, x, sums);
  }
  void finish_moments(Prologue g, long together, cpu::ReadBlocks read, float* stats) const {
    cpu::finish_moments(ByTurns{*this}, g, together, read, stats);
  }
  void finish_conv_moments(ConvGeometry p, bool transposed, double epsilon, long together,
                           cpu::ReadBlocks read, float* stats) const {
    cpu::finish_conv_moments(ByTurns{*this}, p, transposed, epsilon, together, read, stats);
  }

  // ---- channel by channel; the gradients in plain loops, for nobody trains a detector here ----
  void depthwise(ConvGeometry p, const float* x, const float* w, const float* bias, float* y) const {
    cpu::depthwise(*turn(), p, x, w, bias, y);
  }
  void depthwise_dx(ConvGeometry p, const float* dy, const float* w, float* dx) const {
    reference::Channelwise<float>::depthwise_dx(p, dy, w, dx);
  }
  void depthwise_dw(ConvGeometry p, const float* x, const float* dy, float* dw) const {
    reference::Channelwise<float>::depthwise_dw(p, x, dy, dw);
  }
  void max_pool(ConvGeometry p, const float* x, float* y) const { cpu::max_pool(*turn(), p, x, y); }
  void max_pool_dx(ConvGeometry p, const float* x, const float* dy, float* dx) const {
    reference::Channelwise<float>::max_pool_dx(p, x, dy, dx);
  }
  void columns(Size rows, int from, const float* x, int to, float* y) const {
    cpu::columns(*turn(), long(rows), from, x, to, y);
  }

  // ---- general operations on tensors ----
  void copy_channels(Size rows, int count, const float* x, int x_channels, int x_first, float* y,
                     int y_channels, int y_first) const {
    cpu::copy_channels(*turn(), long(rows), count, x + x_first, x_channels, y + y_first, y_channels);
  }
  void dropout(Size n, double rate, std::uint64_t stream, const float* counter, const float* x,
               float* y) const {
    cpu::dropout(*turn(), long(n), rate, stream, counter, x, y);
  }
  void resample(Resample g, const float* x, float* y) const { cpu::resample(*turn(), g, x, y); }
  void resample_dx(Resample g, const float* dy, float* dx) const { cpu::resample_dx(*turn(), g, dy, dx); }
  void multiply(Broadcast g, const float* x, const float* s, float* y) const {
    cpu::multiply(*turn(), g, x, s, y);
  }
  void multiply_ds(Broadcast g, const float* x, const float* dy, float* ds) const {
    cpu::multiply_ds(*turn(), g, x, dy, ds);
  }
  void reduce(Reduce g, const float* x, float* y) const { cpu::reduce(*turn(), g, x, y); }
  void reduce_dx(Reduce g, const float* dy, float* dx) const { cpu::reduce_dx(*turn(), g, dy, dx); }
  void matmul(Matmul g, const float* a, const float* b, float* y) const { cpu::matmul(*turn(), g, a, b, y); }
  void gather_rows(Size count, Size floats, const float* index, const float* x, float* y) const {
    cpu::gather_rows(*turn(), long(count), long(floats), index, x, y);
  }
  void gather_rows_dx(Size count, Size floats, const float* index, const float* dy, float* dx) const {
    cpu::gather_rows_dx(*turn(), long(count), long(floats), index, dy, dx);
  }

  // ---- losses ----
  void mean(const MeanFormula& formula, Size n, double weight, const float* x, const float* target,
            double constant, float* value, float* dx) const {
    cpu::mean(*turn(), formula, long(n), weight, x, target, constant, value, dx);
  }

  // ---- rows by a move each, and the optimiser ----
  void swap_rows(int count, Size floats, Guard<float> guard, const float* moves, float* x, float* y) const {
    cpu::swap_rows(*turn(), count, long(floats), guard, moves, x, y);
  }
  void update(const UpdateFormula& rule, Size n, Guard<float> guard, const float* scalars, float* g,
              float* const* states, float* w) const {
    cpu::update(*turn(), rule, long(n), guard, scalars, g, states, w);
  }

 private:
  struct Turn {  // the context, while no other operation runs on it
    std::lock_guard<std::mutex> lock;
    cpu::Context& context;
    explicit Turn(const Cpu& owner) : lock(owner.context_->mutex), context(*owner.context_) {
      context.frozen = owner.frozen_.get();
    }
    cpu::Context& operator*() const { return context; }
  };
  Turn turn() const { return Turn(*this); }
  struct ByTurns {  // tasks that run on a turn of their own
    const Cpu& owner;
    void operator()(long tasks, FunctionRef<void(long, int)> f) const { (*owner.turn()).pool.run(tasks, f); }
  };

  std::shared_ptr<cpu::Context> context_;
  std::shared_ptr<cpu::FrozenWeights> frozen_;
};

}  // namespace guise
