// guise's tensors as Eigen's matrices and Eigen's matrices as batches, without a copy. What is constant here is
// constant there, and the layout is in the type: every matrix is row-major.
//
//   eigen::pixels(batch)                (N H W, C), a row for each pixel     of a Batch, Gradient or Images
//   eigen::pixels(batch, k)             (H W, C)                             of its sample k
//   eigen::pixels(picture)              (H W, 3) of unsigned char            of a Picture
//   eigen::parameter(net, name)         (out, in k k), PyTorch's order       of a weight; a bias is (out, 1)
//   eigen::gradient(net, into, name)    the same of gradients of this network
//   eigen::batch<Domain>(matrix, shape) a Batch whose memory is the matrix's, which must outlive it; a
//                                       ConstBatch where the matrix is constant
//
// Only for backends whose memory is the host's, which a static_assert says. Throws Error for a sample or a name
// that is not there, and for a matrix that does not hold whole samples one behind the other.
#pragma once
#include <guise/backend/eigen/matrix.hpp>
#include <guise/core/borrowed.hpp>
#include <guise/core/parameter.hpp>
#include <guise/io/picture/picture.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace guise::eigen {

// ---- from guise ----
template <class Of> auto pixels(Of& x) {
  if constexpr (requires { x.rgb; }) {
    return map(x.rgb.data(), Eigen::Index{x.height} * x.width, 3);
  } else {
    check_host_memory<std::remove_const_t<decltype(x.backend)>>();
    return map(x.data.data(), Eigen::Index{x.n} * x.shape.h * x.shape.w, x.shape.c);
  }
}
template <class Of> auto pixels(Of& x, int k) {
  check_host_memory<std::remove_const_t<decltype(x.backend)>>();
  if (k < 0 || k >= x.n) refuse("the number of a sample", k, "one of the batch, from 0");
  const Eigen::Index area = Eigen::Index{x.shape.h} * x.shape.w;
  return map(x.data.data() + k * area * x.shape.c, area, x.shape.c);
}
template <class Of> void pixels(const Of&& x) = delete;  // its memory would be gone
template <class Of> void pixels(const Of&& x, int k) = delete;

// A tensor of a flat buffer by its name in the network's table: its first axis, then all others.
template <class Net, class T> Map<T> tensor(const Net& net, T* first, std::string_view name) {
  check_host_memory<typename Net::Backend>();
  const Parameter& p = parameter_named(net.table(), name);
  const Eigen::Index rows = p.shape[0];
  return map(first + p.offset, rows, static_cast<Eigen::Index>(p.floats) / rows);
}
template <class Net> auto parameter(Net& net, std::string_view name) {
  return tensor(net, net.parameters().data(), name);
}
template <class Net, class Gradients>
auto gradient(const Net& net, Gradients& gradients, std::string_view name) {
  return tensor(net, gradients_of(net, gradients), name);
}

// ---- from Eigen ----
template <class Domain, class B = Host, class Matrix>
auto batch(Matrix&& matrix, Shape shape, B backend = {}) {
  using M = std::remove_cvref_t<Matrix>;
  static_assert(M::IsRowMajor || M::IsVectorAtCompileTime, "a matrix of pixels is row-major: (N H W, C)");
  static_assert(std::is_lvalue_reference_v<Matrix> || !std::is_base_of_v<Eigen::PlainObjectBase<M>, M>,
                "a batch would outlive this matrix: give it a name");
  const Eigen::Index area = Eigen::Index{shape.h} * shape.w;
  if (area < 1 || matrix.rows() % area || matrix.cols() != shape.c || matrix.innerStride() != 1 ||
      (matrix.rows() > 1 && matrix.outerStride() != matrix.cols()))
    throw Error("matrix of " + std::to_string(matrix.rows()) + "x" + std::to_string(matrix.cols()) +
                " as a batch of " + std::to_string(shape.h) + "x" + std::to_string(shape.w) + " with " +
                std::to_string(shape.c) + " channels: expected a row for each pixel, without gaps");
  return borrowed_batch<Domain>(matrix.data(), static_cast<std::size_t>(matrix.size()),
                                static_cast<int>(matrix.rows() / area), shape, std::move(backend));
}

}  // namespace guise::eigen
