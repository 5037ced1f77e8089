// The operations of a backend as an interface, for layers of the user's (layer/custom.hpp): what such a layer asks
// for is a virtual call to the backend that runs the network. Each means what backend/concept.hpp says of it.
#pragma once
#include <guise/backend/concept.hpp>

#include <cstddef>

namespace guise {

template <class T> class Operations {
 public:
  using Size = std::size_t;
  virtual void copy(Size n, const T* x, T* y) const = 0;
  virtual void axpby(Size n, double a, const T* x, double b, T* y) const = 0;
  virtual void affine(Size rows, int c, const T* x, const T* scale, const T* shift, T* y) const = 0;
  virtual void pointwise(Activation f, Size n, const T* x, T* y) const = 0;
  virtual void multiply(Broadcast g, const T* x, const T* s, T* y) const = 0;
  virtual void reduce(Reduce g, const T* x, T* y) const = 0;
  virtual void matmul(Matmul g, const T* a, const T* b, T* y) const = 0;
  virtual void gather_rows(Size count, Size floats, const T* index, const T* x, T* y) const = 0;
  virtual void normalize_rows(Size rows, int c, double epsilon, const T* x, T* y) const = 0;
  virtual void conv(ConvGeometry p, const T* x, const T* w, Epilogue<T> e, T* y) const = 0;
  virtual void conv_dx(ConvGeometry p, const T* dy, const T* w, Epilogue<T> e, T* dx) const = 0;
  // Of gradients. A forward need not have them, and a program that only translates does not compile them.
  virtual void pointwise_dx(Activation f, Size n, const T* x, const T* y, const T* dy, T* dx) const = 0;
  virtual void multiply_ds(Broadcast g, const T* x, const T* dy, T* ds) const = 0;
  virtual void reduce_dx(Reduce g, const T* dy, T* dx) const = 0;
  virtual void gather_rows_dx(Size count, Size floats, const T* index, const T* dy, T* dx) const = 0;
  virtual void normalize_rows_dx(Size rows, int c, double epsilon, const T* x, const T* dy, T* dx) const = 0;
  virtual void affine_dw(Size rows, int c, const T* x, const T* dy, T* dscale, T* dshift) const = 0;
  virtual void column_sums(Size rows, int c, const T* dy, T* db) const = 0;
  virtual void conv_dw(ConvGeometry p, const T* x, const T* dy, T* dw) const = 0;

 protected:
  ~Operations() = default;
};

}  // namespace guise
