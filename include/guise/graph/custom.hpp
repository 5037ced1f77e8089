// A layer of the user's as one constant: what it takes and gives, its own parameters, what backward reads, and its
// forward and backward as functions. layer/custom.hpp makes it from a type. The functions are told where everything
// lies and compute by the operations of the backend (backend/operations.hpp), so that a layer runs on every
// backend; one that reads the memory itself says so and runs where memory is the host's.
#pragma once
#include <guise/backend/operations.hpp>
#include <guise/core/parameter.hpp>
#include <guise/core/shape.hpp>

#include <array>
#include <span>

namespace guise {

struct TensorSpec {  // a layer's own parameter: "weight" with its shape in PyTorch's axis order
  Label name{};
  std::array<int, 4> shape{1, 1, 1, 1};
  int rank = 0;
  Initializer initializer = Initializer::zero;

  constexpr std::size_t floats() const {
    std::size_t product = 1;
    for (const int side : shape) product *= static_cast<std::size_t>(side);
    return product;
  }
};

template <class T> struct CustomCall {
  const Operations<T>& operations;
  int n;             // samples
  Shape a, b, out;   // of the operands and the result, (N, H, W, C) each; b: of the second, if there is one
  const T *xa, *xb;  // the operands; backward: null unless it reads them
  const T* parameters;    // the layer's own, in the order of its tensors
  T* y;                   // forward writes it; backward: as it was left, null unless it reads the result
  const T* dy = nullptr;  // backward only, as are
  T *da = nullptr, *db = nullptr;  // written; null: not wanted
  T* gradients = nullptr;          // added to; null: the network is frozen
  T* scratch = nullptr;            // what the layer asked for, to use freely
};

struct CustomLayer {
  const char* name;
  const char* onnx;  // the operator of ONNX that takes its operands and tensors; null: there is none
  int channels;      // it takes; 0: any number
  std::span<const TensorSpec> tensors;
  bool reads_operands, reads_result;  // in backward
  bool reads_memory;                  // by itself, and not by the backend's operations alone
  Shape (*out)(Shape, Shape);
  std::size_t (*scratch)(Shape, Shape);  // scalars a sample
  void (*forward_float)(const CustomCall<float>&);
  void (*backward_float)(const CustomCall<float>&);
  void (*forward_double)(const CustomCall<double>&);
  void (*backward_double)(const CustomCall<double>&);

  void forward(const CustomCall<float>& call) const { forward_float(call); }
  void forward(const CustomCall<double>& call) const { forward_double(call); }
  void backward(const CustomCall<float>& call) const { backward_float(call); }
  void backward(const CustomCall<double>& call) const { backward_double(call); }
};

}  // namespace guise
