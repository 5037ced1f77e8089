// A layer of the user's own, forward and backward as functions: a type with static members becomes a node of a
// network as Custom<Mine>, or by custom<Mine>(g, x) and custom<Mine>(g, x, y) of two operands in a composite.
//
//   struct Mine : CustomDefaults {
//     static constexpr const char* name = "mine";
//     template <class T> static void forward(const CustomCall<T>& c);   // writes c.y
//     template <class T> static void backward(const CustomCall<T>& c);  // writes c.da, adds to c.gradients
//   };
//
// What differs from the defaults is said by the type: channels, tensors, out, scratch, what backward reads. Compute by
// c.operations and the layer runs on every backend; one that reads c.xa itself says reads_memory = true, and runs where
// the memory is the host's. guise/testing/gradient_check.hpp holds its gradients against differences.
#pragma once
#include <guise/layer/layer.hpp>

namespace guise {

struct CustomDefaults {
  static constexpr const char* onnx = nullptr;  // the operator of ONNX that means the same
  static constexpr int channels = 0;            // it takes; 0: any number
  static constexpr std::array<TensorSpec, 0> tensors{};
  static constexpr bool reads_operands = true, reads_result = false, reads_memory = false;
  static constexpr Shape out(Shape a, Shape) { return a; }
  static constexpr std::size_t scratch(Shape, Shape) { return 0; }  // scalars a sample
};

template <class L>
inline constexpr CustomLayer custom_layer{L::name,
                                          L::onnx,
                                          L::channels,
                                          L::tensors,
                                          L::reads_operands,
                                          L::reads_result,
                                          L::reads_memory,
                                          L::out,
                                          L::scratch,
                                          L::template forward<float>,
                                          L::template backward<float>,
                                          L::template forward<double>,
                                          L::template backward<double>};

template <class L> constexpr Value custom(Graph& g, Value x, Value y = no_value) {
  return g.custom(custom_layer<L>, x, y);
}
template <class L> struct Custom {
  constexpr Value operator()(Graph& g, Value x) const { return custom<L>(g, x); }
};

}  // namespace guise
