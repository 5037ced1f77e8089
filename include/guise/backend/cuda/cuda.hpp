// The backend for NVIDIA GPUs, in single precision: what backend/concept.hpp lists, by kernels that the
// target guise::cuda compiles. This header is for any compiler and needs no CUDA.
//
// A Cuda is a small value: a device and a stream of work on it. A thread has one stream for each device: its
// values work in the order they are asked, so that what is made with a value of its own by default (a batch,
// a network) works with the rest; copies share the stream of the thread that made the first. Two threads with
// values of their own do not wait for each other. Nothing waits for the device but download, and record,
// during which no other thread may use the stream. The same inputs give the same bits: no sum's order depends
// on chance or on the device. Where cuDNN is part of the build it does the convolutions, in the precision
// that is asked for; the backend's own kernels multiply in float32.
//
// Formulas of activations, losses and optimisers are compiled by nvcc, from the list in cuda/formulas.cuh.
//
// Throws Error, in one line, where there is no device or none of this index, where the driver is too old, the
// build has no kernels for the device, none for a formula or no cuDNN for the precision, where memory is too small, and where what
// is recorded would wait or move anything from or to the host; a device's failure may show in a later call
// than the one that caused it.
#pragma once
#include <guise/backend/concept.hpp>
#include <guise/backend/cuda/library_product.hpp>
#include <guise/core/random_crops.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace guise {

namespace cuda {
class Context;
class Arena;
class Graph;
struct Release {
  std::shared_ptr<const Context> context;
  std::shared_ptr<Arena> arena;  // that the memory is from; null: from the pool
  void operator()(float* at) const noexcept;
};
}  // namespace cuda

class Cuda {
 public:
  using Scalar = float;
  using Size = std::size_t;

  class Buffer {  // on the device: its pointers are for operations, not for the host
   public:
    Buffer() = default;
    float* data() { return at_.get(); }
    const float* data() const { return at_.get(); }
    Size size() const { return size_; }

   private:
    friend Cuda;
    std::unique_ptr<float[], cuda::Release> at_;
    Size size_ = 0;
  };

  class Recording {
   public:
    explicit operator bool() const { return graph_ != nullptr; }

   private:
    friend Cuda;
    std::shared_ptr<const cuda::Graph> graph_;
  };

  Cuda() : Cuda(0) {}
  explicit Cuda(int device, cuda::Precision = cuda::Precision::float32);

  // ---- memory ----
  Buffer zeros(Size n) const;
  Buffer uninitialized(Size n) const;
  void upload(Size n, const float* host, float* y) const;
  void download(Size n, const float* x, float* host) const;  // waits for all that was asked before
  void random_crops(int n, int load, int crop, const unsigned char* rgb, const Crop* crops, float* y) const;
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

  // ---- a prologue and a product at once, where no library does the products ----
  bool fused_conv(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                  const float* w, Epilogue<float> e, float* y) const;
  bool fused_conv_dw(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                     const float* dy, float* dw) const;

  // ---- each channel by itself ----
  void depthwise(ConvGeometry p, const float* x, const float* w, const float* bias, float* y) const;
  void depthwise_dx(ConvGeometry p, const float* dy, const float* w, float* dx) const;
  void depthwise_dw(ConvGeometry p, const float* x, const float* dy, float* dw) const;
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

  // ---- work that is asked for again and again, as one CUDA graph ----
  Recording record(const std::function<void()>& work) const;
  void replay(const Recording& recording) const;

 private:
  bool product(cuda::Role, const ConvGeometry&, const float* a, const float* b, float* out) const;

  std::shared_ptr<const cuda::Context> context_;
  cuda::Precision precision_;
};

}  // namespace guise
