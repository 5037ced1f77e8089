// guise's tensors as xtensor's and xtensor's as batches, without a copy. What is constant here is constant
// there, and the shape is the tensor's own:
//
//   xtensor::view(batch)                  (N, H, W, C)                         of a Batch, Gradient or Images
//   xtensor::view(picture)                (H, W, 3) of unsigned char           of a Picture
//   xtensor::parameter(net, name)         (out, in, k, k), PyTorch's order     of a weight; a bias is (out, 1, 1, 1)
//   xtensor::gradient(net, into, name)    the same of gradients of this network
//   xtensor::batch<Domain>(tensor)        a Batch whose memory is the tensor's (N, H, W, C), which must outlive
//                                         it; a ConstBatch where the tensor is constant
//
// Only for backends whose memory is the host's, which a static_assert says. Throws Error for a name that is not
// there.
#pragma once
#include <guise/core/borrowed.hpp>
#include <guise/core/parameter.hpp>
#include <guise/io/picture/picture.hpp>

#include <xtensor/xadapt.hpp>
#include <xtensor/xtensor.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace guise::xtensor {

template <std::size_t Rank> using Sides = std::array<std::size_t, Rank>;
template <class T, std::size_t Rank> auto adapt(T* first, const Sides<Rank>& sides) {
  std::size_t scalars = 1;
  for (const std::size_t side : sides) scalars *= side;
  return xt::adapt(std::move(first), scalars, xt::no_ownership(), sides);
}

// ---- from guise ----
template <class Of> auto view(Of& x) {
  if constexpr (requires { x.rgb; }) {
    return adapt(x.rgb.data(), Sides<3>{std::size_t(x.height), std::size_t(x.width), 3});
  } else {
    check_host_memory<std::remove_const_t<decltype(x.backend)>>();
    return adapt(x.data.data(), Sides<4>{std::size_t(x.n), std::size_t(x.shape.h), std::size_t(x.shape.w),
                                         std::size_t(x.shape.c)});
  }
}
template <class Of> void view(const Of&& x) = delete;  // its memory would be gone

template <class Net, class T> auto tensor(const Net& net, T* first, std::string_view name) {
  check_host_memory<typename Net::Backend>();
  const Parameter& p = parameter_named(net.table(), name);
  Sides<4> sides;
  for (std::size_t k = 0; k < 4; ++k) sides[k] = std::size_t(p.shape[k]);
  return adapt(first + p.offset, sides);
}
template <class Net> auto parameter(Net& net, std::string_view name) {
  return tensor(net, net.parameters().data(), name);
}
template <class Net, class Gradients>
auto gradient(const Net& net, Gradients& gradients, std::string_view name) {
  return tensor(net, gradients_of(net, gradients), name);
}

// ---- from xtensor ----
template <class Domain, class B = Host, class Tensor> auto batch(Tensor& tensor, B backend = {}) {
  static_assert(Tensor::static_layout == xt::layout_type::row_major && xt::get_rank<Tensor>::value == 4,
                "a batch is a row-major tensor of rank 4: (N, H, W, C)");
  const auto& sides = tensor.shape();
  return borrowed_batch<Domain>(tensor.data(), tensor.size(), int(sides[0]),
                                {int(sides[3]), int(sides[1]), int(sides[2])}, std::move(backend));
}

}  // namespace guise::xtensor
