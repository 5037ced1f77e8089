// The operations of the backend for CPUs: each waits for its turn, and is then one of the functions beside this file.
// Included by cpu.hpp, or where GUISE_COMPILED is defined by cpu.cpp alone.
#pragma once
#include <guise/backend/cpu/band.hpp>
#include <guise/backend/cpu/channelwise.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cpu/depthwise.hpp>
#include <guise/backend/cpu/elementwise.hpp>
#include <guise/backend/cpu/matmul.hpp>
#include <guise/backend/cpu/primitives.hpp>
#include <guise/backend/cpu/products.hpp>
#include <guise/backend/cpu/prologue.hpp>
#include <guise/backend/cpu/resample.hpp>
#include <guise/backend/cpu/rows.hpp>
#include <guise/backend/reference/channelwise.hpp>
#include <guise/core/compiled.hpp>
#include <guise/core/error.hpp>

namespace guise {

struct Cpu::Turn {
  std::lock_guard<std::mutex> lock;
  cpu::Context& context;
  explicit Turn(const Cpu& owner) : lock(owner.context_->mutex), context(*owner.context_) {
    context.frozen = owner.frozen_.get();
  }
  cpu::Context& operator*() const { return context; }
};
GUISE_FUNCTION Cpu::Turn Cpu::turn() const { return Turn(*this); }
struct Cpu::ByTurns {
  const Cpu& owner;
  void operator()(long tasks, FunctionRef<void(long, int)> f) const { (*owner.turn()).pool.run(tasks, f); }
};

GUISE_FUNCTION Cpu::Cpu() : context_(cpu::Context::common()) {}
GUISE_FUNCTION Cpu::Cpu(int threads) {
  if (threads < 1) refuse("a number of threads", threads, "at least one");
  context_ = std::make_shared<cpu::Context>(threads);
}
GUISE_FUNCTION int Cpu::threads() const { return context_->threads(); }
GUISE_FUNCTION Cpu Cpu::frozen() const {
  Cpu twin = *this;
  twin.frozen_ = std::make_shared<cpu::FrozenWeights>();
  return twin;
}

// ---- memory ----
GUISE_FUNCTION Cpu::Buffer Cpu::zeros(Size n) const {
  Buffer buffer = uninitialized(n);
  cpu::fill(*turn(), long(n), 0, buffer.data());
  return buffer;
}
GUISE_FUNCTION Cpu::Buffer Cpu::uninitialized(Size n) const {
  return Buffer::uninitialized(n, context_->recycler);
}
GUISE_FUNCTION void Cpu::upload(Size n, const float* x, float* y) const { copy(n, x, y); }
GUISE_FUNCTION void Cpu::download(Size n, const float* x, float* y) const { copy(n, x, y); }
GUISE_FUNCTION void Cpu::copy(Size n, const float* x, float* y) const { cpu::copy(*turn(), long(n), x, y); }
GUISE_FUNCTION void Cpu::axpby(Size n, double a, const float* x, double b, float* y) const {
  cpu::axpby(*turn(), long(n), float(a), x, float(b), y);
}

// ---- between products ----
GUISE_FUNCTION void Cpu::moments(Prologue g, const float* x, float* stats) const {
  cpu::moments(*turn(), g.n, long(g.h) * g.w, g.c, g.epsilon, x, stats);
}
GUISE_FUNCTION void Cpu::prologue(Prologue g, const float* x, const float* stats, const float* skip,
                                  float* y) const {
  cpu::prologue(*turn(), g, x, stats, skip, y);
}
GUISE_FUNCTION void Cpu::prologue_dx(Prologue g, const float* x, const float* stats, const float* dy,
                                     float* dx) const {
  cpu::prologue_dx(*turn(), g, x, stats, dy, dx);
}
GUISE_FUNCTION void Cpu::pointwise(const Activation& a, Size n, const float* x, float* y) const {
  cpu::pointwise(*turn(), a, long(n), x, y);
}
GUISE_FUNCTION void Cpu::pointwise_dx(const Activation& a, Size n, const float* x, const float* y,
                                      const float* dy, float* dx) const {
  cpu::pointwise_dx(*turn(), a, long(n), x, y, dy, dx);
}
GUISE_FUNCTION void Cpu::affine(Size rows, int c, const float* x, const float* scale, const float* shift,
                                float* y) const {
  cpu::affine(*turn(), long(rows), c, x, scale, shift, y);
}
GUISE_FUNCTION void Cpu::affine_dw(Size rows, int c, const float* x, const float* dy, float* dscale,
                                   float* dshift) const {
  cpu::affine_dw(*turn(), long(rows), c, x, dy, dscale, dshift);
}
GUISE_FUNCTION void Cpu::column_sums(Size rows, int c, const float* dy, float* db) const {
  cpu::column_sums(*turn(), long(rows), c, dy, db);
}
GUISE_FUNCTION void Cpu::track(Size count, int c, double momentum, double epsilon, const float* stats,
                               float* mean, float* variance) const {
  cpu::track(long(count), c, momentum, epsilon, stats, mean, variance);
}
GUISE_FUNCTION void Cpu::restore(int c, double epsilon, const float* mean, const float* variance,
                                 float* stats) const {
  cpu::restore(c, epsilon, mean, variance, stats);
}

// ---- products ----
GUISE_FUNCTION void Cpu::conv(ConvGeometry p, const float* x, const float* w, Epilogue<float> e,
                              float* y) const {
  cpu::convolution(*turn(), cpu::input_of(p, x), p, false, w, e, y);
}
GUISE_FUNCTION void Cpu::conv_dx(ConvGeometry p, const float* dy, const float* w, Epilogue<float> e,
                                 float* dx) const {
  cpu::convolution(*turn(), cpu::output_of(p, dy), p, true, w, e, dx);
}
GUISE_FUNCTION void Cpu::conv_dw(ConvGeometry p, const float* x, const float* dy, float* dw) const {
  cpu::weight_gradient(*turn(), cpu::input_of(p, x), p, cpu::output_of(p, dy), dw);
}

// ---- a prologue and a product at once ----
GUISE_FUNCTION bool Cpu::fused_conv(Prologue g, ConvGeometry p, bool transposed, const float* x,
                                    const float* stats, const float* w, Epilogue<float> e, float* y) const {
  return cpu::fused_conv(*turn(), g, p, transposed, x, stats, w, e, y);
}
GUISE_FUNCTION bool Cpu::fused_conv_dw(Prologue g, ConvGeometry p, bool transposed, const float* x,
                                       const float* stats, const float* dy, float* dw) const {
  return cpu::fused_conv_dw(*turn(), g, p, transposed, x, stats, dy, dw);
}
GUISE_FUNCTION bool Cpu::fused_conv_dx(Prologue g, ConvGeometry p, bool transposed, const float* x,
                                       const float* stats, const float* dy, const float* w, float* dx) const {
  return cpu::fused_conv_dx(*turn(), g, p, transposed, x, stats, dy, w, dx);
}
GUISE_FUNCTION bool Cpu::fused_conv_dw_dx(Prologue g, ConvGeometry p, bool transposed, const float* x,
                                          const float* stats, const float* dy, const float* w, float* dw,
                                          float* dx) const {
  return cpu::fused_conv_dw_dx(*turn(), g, p, transposed, x, stats, dy, w, dw, dx);
}

// ---- a band of rows ----
GUISE_FUNCTION ConvBands Cpu::conv_bands(ConvGeometry p, bool transposed) const {
  return cpu::conv_bands(p, transposed);
}
GUISE_FUNCTION ConvBand Cpu::conv_band(ConvGeometry p, bool transposed, int from, int to) const {
  return cpu::conv_band(p, transposed, from, to, threads());
}
GUISE_FUNCTION bool Cpu::reads_through(Prologue g) { return g.c % cpu::lanes == 0; }
GUISE_FUNCTION void Cpu::conv_rows(Prologue g, ConvGeometry p, bool transposed, int from, int to,
                                   const float* x, const float* stats, const float* w, Epilogue<float> e,
                                   float* sums, float* y) const {
  cpu::conv_band(*turn(), g, p, transposed, from, to, x, stats, w, e, sums, y);
}
GUISE_FUNCTION int Cpu::block_floats(int c) { return 2 * c; }
GUISE_FUNCTION long Cpu::moment_blocks(Prologue g) { return cpu::moment_blocks(long(g.h) * g.w); }
GUISE_FUNCTION Rows Cpu::moment_rows(Prologue g, long from, long to) { return cpu::moment_rows(g, from, to); }
GUISE_FUNCTION void Cpu::moments_of_rows(Prologue g, long from, long to, const float* x, float* sums) const {
  cpu::moments_of_rows(*turn(), g, from, to, x, sums);
}
GUISE_FUNCTION void Cpu::finish_moments(Prologue g, long together, ReadBlocks read, float* stats) const {
  cpu::finish_moments(ByTurns{*this}, g, together, read, stats);
}
GUISE_FUNCTION void Cpu::finish_conv_moments(ConvGeometry p, bool transposed, double epsilon, long together,
                                             ReadBlocks read, float* stats) const {
  cpu::finish_conv_moments(ByTurns{*this}, p, transposed, epsilon, together, read, stats);
}

// ---- channel by channel; the gradient of pooling in plain loops, for nobody trains a detector here ----
GUISE_FUNCTION void Cpu::depthwise(ConvGeometry p, const float* x, const float* w, const float* bias,
                                   float* y) const {
  cpu::depthwise(*turn(), cpu::input_of(p, x), p, w, false, {.bias = bias}, y);
}
GUISE_FUNCTION void Cpu::depthwise_dx(ConvGeometry p, const float* dy, const float* w, float* dx) const {
  cpu::depthwise_dx(*turn(), p, dy, w, dx);
}
GUISE_FUNCTION void Cpu::depthwise_dw(ConvGeometry p, const float* x, const float* dy, float* dw) const {
  cpu::depthwise_dw(*turn(), cpu::input_of(p, x), p, dy, dw);
}
GUISE_FUNCTION bool Cpu::fused_depthwise(Prologue g, ConvGeometry p, const float* x, const float* stats,
                                         const float* w, Epilogue<float> e, float* y) const {
  const Turn mine = turn();
  cpu::depthwise(*mine, cpu::gathered(*mine, g, x, stats), p, w, false, e, y);
  return true;
}
GUISE_FUNCTION bool Cpu::fused_depthwise_dw(Prologue g, ConvGeometry p, const float* x, const float* stats,
                                            const float* dy, float* dw) const {
  const Turn mine = turn();
  cpu::depthwise_dw(*mine, cpu::gathered(*mine, g, x, stats), p, dy, dw);
  return true;
}
GUISE_FUNCTION void Cpu::max_pool(ConvGeometry p, const float* x, float* y) const {
  cpu::max_pool(*turn(), p, x, y);
}
GUISE_FUNCTION void Cpu::max_pool_dx(ConvGeometry p, const float* x, const float* dy, float* dx) const {
  reference::Channelwise<float>::max_pool_dx(p, x, dy, dx);
}
GUISE_FUNCTION void Cpu::columns(Size rows, int from, const float* x, int to, float* y) const {
  cpu::columns(*turn(), long(rows), from, x, to, y);
}

// ---- general operations on tensors ----
GUISE_FUNCTION void Cpu::copy_channels(Size rows, int count, const float* x, int x_channels, int x_first,
                                       float* y, int y_channels, int y_first) const {
  cpu::copy_channels(*turn(), long(rows), count, x + x_first, x_channels, y + y_first, y_channels);
}
GUISE_FUNCTION void Cpu::dropout(Size n, double rate, std::uint64_t stream, const float* counter,
                                 const float* x, float* y) const {
  cpu::dropout(*turn(), long(n), rate, stream, counter, x, y);
}
GUISE_FUNCTION void Cpu::resample(Resample g, const float* x, float* y) const {
  cpu::resample(*turn(), g, x, y);
}
GUISE_FUNCTION void Cpu::resample_dx(Resample g, const float* dy, float* dx) const {
  cpu::resample_dx(*turn(), g, dy, dx);
}
GUISE_FUNCTION void Cpu::multiply(Broadcast g, const float* x, const float* s, float* y) const {
  cpu::multiply(*turn(), g, x, s, y);
}
GUISE_FUNCTION void Cpu::multiply_ds(Broadcast g, const float* x, const float* dy, float* ds) const {
  cpu::multiply_ds(*turn(), g, x, dy, ds);
}
GUISE_FUNCTION void Cpu::reduce(Reduce g, const float* x, float* y) const { cpu::reduce(*turn(), g, x, y); }
GUISE_FUNCTION void Cpu::reduce_dx(Reduce g, const float* dy, float* dx) const {
  cpu::reduce_dx(*turn(), g, dy, dx);
}
GUISE_FUNCTION void Cpu::matmul(Matmul g, const float* a, const float* b, float* y) const {
  cpu::matmul(*turn(), g, a, b, y);
}
GUISE_FUNCTION void Cpu::gather_rows(Size count, Size floats, const float* index, const float* x,
                                     float* y) const {
  cpu::gather_rows(*turn(), long(count), long(floats), index, x, y);
}
GUISE_FUNCTION void Cpu::gather_rows_dx(Size count, Size floats, const float* index, const float* dy,
                                        float* dx) const {
  cpu::gather_rows_dx(*turn(), long(count), long(floats), index, dy, dx);
}
GUISE_FUNCTION void Cpu::normalize_rows(Size rows, int c, double epsilon, const float* x, float* y) const {
  cpu::normalize_rows(*turn(), long(rows), c, epsilon, x, y);
}
GUISE_FUNCTION void Cpu::normalize_rows_dx(Size rows, int c, double epsilon, const float* x, const float* dy,
                                           float* dx) const {
  cpu::normalize_rows_dx(*turn(), long(rows), c, epsilon, x, dy, dx);
}

// ---- losses ----
GUISE_FUNCTION void Cpu::mean(const MeanFormula& formula, Size n, double weight, const float* x,
                              const float* target, double constant, float* value, float* dx) const {
  cpu::mean(*turn(), formula, long(n), weight, x, target, constant, value, dx);
}
GUISE_FUNCTION void Cpu::cross_entropy(Size rows, int c, double weight, const float* x, const float* index,
                                       float* value, float* dx) const {
  cpu::cross_entropy(*turn(), long(rows), c, weight, x, index, value, dx);
}

// ---- rows by a move each, and the optimiser ----
GUISE_FUNCTION void Cpu::swap_rows(int count, Size floats, Guard<float> guard, const float* moves, float* x,
                                   float* y) const {
  cpu::swap_rows(*turn(), count, long(floats), guard, moves, x, y);
}
GUISE_FUNCTION void Cpu::update(const UpdateFormula& rule, Size n, Guard<float> guard, const float* scalars,
                                float* g, float* const* states, float* w) const {
  cpu::update(*turn(), rule, long(n), guard, scalars, g, states, w);
}

}  // namespace guise
