// The one place where a library may take a convolution over from the backend's own kernels: cuDNN, where the
// build has it (cudnn.cu); otherwise no_library.cu, which takes none.
//
// Tensors are float32 (N, H, W, C), weights float32 in PyTorch's order (O, I, k, k). Nothing is waited for:
// all work goes into the context's stream, and room comes from its memory. Throws Error where the library
// fails at what it had planned to do.
#pragma once
#include <guise/backend/geometry.hpp>
#include <guise/core/error.hpp>

#include <string>

namespace guise::cuda {

class Context;
enum class Role { y, dx, dw };
enum class Precision { float32, tf32, bf16 };  // of the multiplications; sums are float32
inline Precision precision_named(const std::string& name) {
  if (name == "float32") return Precision::float32;
  if (name == "tf32") return Precision::tf32;
  if (name == "bf16") return Precision::bf16;
  throw Error("precision " + name + ": expected float32, tf32 or bf16");
}

//   y    out  = the convolution of a = x with b = w        (N, out_h, out_w, out_c)
//   dx   out  = the gradient of x from a = dy, b = w       (N, H, W, C)
//   dw   out += the gradient of w from a = x, b = dy       (out_c, C, k, k)
// Without bias, activation or statistics: the backend adds these. The same inputs give the same bits.
// False: not this one, and nothing was written.
bool library_product(Role role, const ConvGeometry& g, Precision precision, const Context& context,
                     const float* a, const float* b, float* out);
extern const bool has_library;  // whether one may take anything

}  // namespace guise::cuda
