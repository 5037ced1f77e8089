// Where a training step finds its pictures on the device: a batch that stays where it is from step to step, so
// that a recorded step reads it again, and that is filled with pictures of the host, with bytes of which the
// device itself makes them (core/random_crops.hpp), or with a batch of the device. Throws Error where
// the pictures or bytes are none, or fewer than their number says.
#pragma once
#include <guise/backend/concept.hpp>
#include <guise/core/batch.hpp>
#include <guise/core/random_crops.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace guise {

template <class Domain, class Device> class StepInput {
 public:
  explicit StepInput(Device device = {}) : batch_{0, {}, std::move(device)} {}

  const Batch<Domain, Device>& operator()(const Images<Domain>& pictures) {
    check_batch(pictures);
    reshape(pictures.n, pictures.shape);
    batch_.backend.upload(batch_.data.size(), pictures.data.data(), batch_.data.data());
    return batch_;
  }
  const Batch<Domain, Device>& operator()(const RandomCrops<Domain>& from) requires MakesRandomCrops<Device> {
    check(from);
    reshape(from.n, {rgb_channels, from.crop, from.crop});
    batch_.backend.random_crops(from.n, from.load, from.crop, from.rgb.data(), from.crops.data(),
                                batch_.data.data());
    return batch_;
  }
  // Where the device does not record, the batch itself.
  const Batch<Domain, Device>& operator()(const Batch<Domain, Device>& batch) {
    if constexpr (Records<Device>) {
      check_batch(batch);
      reshape(batch.n, batch.shape);
      batch_.backend.copy(batch_.data.size(), batch.data.data(), batch_.data.data());
      return batch_;
    } else {
      return batch;
    }
  }

 private:
  static void check(const RandomCrops<Domain>& from) {
    const auto outside = [&](const Crop& c) {
      return c.left < 0 || c.top < 0 || c.left > from.load - from.crop || c.top > from.load - from.crop;
    };
    if (from.n < 1 || from.crop < 1 || from.crops.size() != static_cast<std::size_t>(from.n) ||
        from.rgb.size() != floats_of(from.n, {rgb_channels, from.load, from.load}) ||
        std::ranges::any_of(from.crops, outside))
      throw Error("random crops of " + std::to_string(from.n) +
                  " pictures: expected at least one, with all of its " + "bytes, and a crop that lies in it");
  }
  void reshape(int n, Shape shape) {
    if (batch_.n != n || batch_.shape != shape) batch_ = {n, shape, batch_.backend};
  }

  Batch<Domain, Device> batch_;
};

}  // namespace guise
