// Batches over memory of another library's, without a copy: what guise/eigen.hpp and guise/xtensor.hpp share.
// A borrowed batch is as good as any other while that memory lives; a constant one can only be read.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

namespace guise {

template <class B> constexpr void check_host_memory() {
  static_assert(InHostMemory<B>,
                "this backend's memory is not the host's: download() the batch, or upload() to it");
}

// Where the gradients of this network lie.
template <class Net, class Gradients> auto* gradients_of(const Net&, Gradients& gradients) {
  static_assert(std::is_same_v<std::remove_const_t<Gradients>, typename Net::Gradients>,
                "these gradients belong to another network");
  return gradients.floats.data();
}

template <class Domain, class B> class ConstBatch {  // stands where a const Batch is asked for
 public:
  explicit ConstBatch(Batch<Domain, B> batch) : batch_(std::move(batch)) {}
  operator const Batch<Domain, B>&() const { return batch_; }
  const Batch<Domain, B>& operator*() const { return batch_; }
  const Batch<Domain, B>* operator->() const { return &batch_; }

 private:
  Batch<Domain, B> batch_;
};

// n samples at `first`: a Batch, or a ConstBatch where T is constant. Throws Error where `scalars` is not what
// they take.
template <class Domain, class B, class T>
auto borrowed_batch(T* first, std::size_t scalars, int n, Shape shape, B backend) {
  check_host_memory<B>();
  using Scalar = typename B::Scalar;
  static_assert(std::is_same_v<std::remove_const_t<T>, Scalar>,
                "a borrowed batch has the scalars of its backend: float for Cpu and for Images");
  if (n < 0 || scalars != static_cast<std::size_t>(n) * shape.floats())
    throw Error(std::to_string(scalars) + " numbers as a batch of " + std::to_string(n) + " of " +
                std::to_string(shape.h) + "x" + std::to_string(shape.w) + " with " + std::to_string(shape.c) +
                " channels: expected " + std::to_string(static_cast<std::size_t>(n) * shape.floats()));
  Batch<Domain, B> batch{n, shape, std::move(backend),
                         Buffer<Scalar>::borrowed(const_cast<Scalar*>(first), scalars)};
  if constexpr (std::is_const_v<T>)
    return ConstBatch<Domain, B>(std::move(batch));
  else
    return batch;
}

}  // namespace guise
