// A backend behind the interface that layers of the user's compute with. `with_gradients` false: for forward alone,
// where the operations of a backward pass are never called and need not be compiled.
#pragma once
#include <guise/backend/operations.hpp>
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/graph/custom.hpp>

namespace guise {

template <class B, bool with_gradients>
class BackendOperations final : public Operations<typename B::Scalar> {
  using T = typename B::Scalar;
  using Size = std::size_t;

 public:
  explicit BackendOperations(const B& backend) : b_(backend) {}

  void copy(Size n, const T* x, T* y) const override { b_.copy(n, x, y); }
  void axpby(Size n, double a, const T* x, double b, T* y) const override { b_.axpby(n, a, x, b, y); }
  void affine(Size rows, int c, const T* x, const T* scale, const T* shift, T* y) const override {
    b_.affine(rows, c, x, scale, shift, y);
  }
  void pointwise(Activation f, Size n, const T* x, T* y) const override { b_.pointwise(f, n, x, y); }
  void multiply(Broadcast g, const T* x, const T* s, T* y) const override { b_.multiply(g, x, s, y); }
  void reduce(Reduce g, const T* x, T* y) const override { b_.reduce(g, x, y); }
  void matmul(Matmul g, const T* a, const T* b, T* y) const override { b_.matmul(g, a, b, y); }
  void gather_rows(Size count, Size floats, const T* index, const T* x, T* y) const override {
    b_.gather_rows(count, floats, index, x, y);
  }
  void normalize_rows(Size rows, int c, double epsilon, const T* x, T* y) const override {
    b_.normalize_rows(rows, c, epsilon, x, y);
  }
  void conv(ConvGeometry p, const T* x, const T* w, Epilogue<T> e, T* y) const override {
    b_.conv(p, x, w, e, y);
  }
  void conv_dx(ConvGeometry p, const T* dy, const T* w, Epilogue<T> e, T* dx) const override {
    b_.conv_dx(p, dy, w, e, dx);
  }
  void pointwise_dx(Activation f, Size n, const T* x, const T* y, const T* dy, T* dx) const override {
    if constexpr (with_gradients) b_.pointwise_dx(f, n, x, y, dy, dx);
  }
  void multiply_ds(Broadcast g, const T* x, const T* dy, T* ds) const override {
    if constexpr (with_gradients) b_.multiply_ds(g, x, dy, ds);
  }
  void reduce_dx(Reduce g, const T* dy, T* dx) const override {
    if constexpr (with_gradients) b_.reduce_dx(g, dy, dx);
  }
  void gather_rows_dx(Size count, Size floats, const T* index, const T* dy, T* dx) const override {
    if constexpr (with_gradients) b_.gather_rows_dx(count, floats, index, dy, dx);
  }
  void normalize_rows_dx(Size rows, int c, double epsilon, const T* x, const T* dy, T* dx) const override {
    if constexpr (with_gradients) b_.normalize_rows_dx(rows, c, epsilon, x, dy, dx);
  }
  void affine_dw(Size rows, int c, const T* x, const T* dy, T* dscale, T* dshift) const override {
    if constexpr (with_gradients) b_.affine_dw(rows, c, x, dy, dscale, dshift);
  }
  void column_sums(Size rows, int c, const T* dy, T* db) const override {
    if constexpr (with_gradients) b_.column_sums(rows, c, dy, db);
  }
  void conv_dw(ConvGeometry p, const T* x, const T* dy, T* dw) const override {
    if constexpr (with_gradients) b_.conv_dw(p, x, dy, dw);
  }

 private:
  const B& b_;
};

// A layer that reads memory by itself runs where memory is the host's.
template <class B> void check_reads(const CustomLayer& layer) {
  if constexpr (!InHostMemory<B>)
    if (layer.reads_memory)
      throw Error("the layer " + std::string(layer.name) +
                  " reads memory by itself: expected one that computes by the backend's operations");
}

}  // namespace guise
