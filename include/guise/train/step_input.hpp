// Where a training step finds its pictures on the device: a batch that stays where it is from step to step, so
// that a recorded step reads it again, and that is filled with pictures of the host, with bytes of which the
// device itself makes them (core/random_crops.hpp), or with a batch of the device.
#pragma once
#include <guise/backend/concept.hpp>
#include <guise/core/batch.hpp>
#include <guise/core/random_crops.hpp>

#include <utility>

namespace guise {

template <class Domain, class Device> class StepInput {
 public:
  explicit StepInput(Device device = {}) : batch_{0, {}, std::move(device)} {}

  const Batch<Domain, Device>& operator()(const Images<Domain>& pictures) {
    reshape(pictures.n, pictures.shape);
    batch_.backend.upload(pictures.data.size(), pictures.data.data(), batch_.data.data());
    return batch_;
  }
  const Batch<Domain, Device>& operator()(const RandomCrops<Domain>& from) requires MakesRandomCrops<Device> {
    reshape(from.n, {3, from.crop, from.crop});
    batch_.backend.random_crops(from.n, from.load, from.crop, from.rgb.data(), from.crops.data(),
                                batch_.data.data());
    return batch_;
  }
  // Where the device does not record, the batch itself.
  const Batch<Domain, Device>& operator()(const Batch<Domain, Device>& batch) {
    if constexpr (Records<Device>) {
      reshape(batch.n, batch.shape);
      batch_.backend.copy(batch.data.size(), batch.data.data(), batch_.data.data());
      return batch_;
    } else {
      return batch;
    }
  }

 private:
  void reshape(int n, Shape shape) {
    if (batch_.n != n || batch_.shape != shape) batch_ = {n, shape, batch_.backend};
  }

  Batch<Domain, Device> batch_;
};

}  // namespace guise
