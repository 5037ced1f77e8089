// Work on a device that is the same each time but for what its buffers hold. Where the device records (see
// backend/concept.hpp) it is done once as it is, which makes plans and fills pools, then recorded, and
// replayed from then on, for as long as all that it reads and writes stays where it is. What cannot be
// recorded, for want of memory too, is done as it is. Other devices do the work, and nothing else.
//
//   replay(device, addresses, work)   does what work() does, with the same bits
//
// With equal addresses `work` must ask the same of the device: what changes lies in buffers, what the host
// decides lies outside. A buffer that it makes for later must stay as it is: a replay writes into the same.
#pragma once
#include <guise/backend/concept.hpp>
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>

#include <cstdint>
#include <vector>

namespace guise {

// Where buffers lie, and the shapes of batches: all that some work on a device reads and writes.
class BufferAddresses {
 public:
  template <class Floats> void add(const Floats& floats) {
    all_.insert(all_.end(), {reinterpret_cast<std::uintptr_t>(floats.data()), floats.size()});
  }
  template <class Domain, class B> void add(const Batch<Domain, B>& x) {
    for (int side : {x.n, x.shape.c, x.shape.h, x.shape.w}) all_.push_back(static_cast<std::uintptr_t>(side));
    add(x.data);
  }
  bool operator==(const BufferAddresses&) const = default;

 private:
  std::vector<std::uintptr_t> all_;
};

template <class... Buffers> BufferAddresses addresses_of(const Buffers&... buffers) {
  BufferAddresses all;
  (all.add(buffers), ...);
  return all;
}

template <class Device> class Replay {
 public:
  template <class Work> void operator()(const Device&, const BufferAddresses&, Work work) { work(); }
};

template <Records Device> class Replay<Device> {
 public:
  template <class Work> void operator()(const Device& device, const BufferAddresses& addresses, Work work) {
    if (addresses != known_) {
      *this = {};
      work();
      known_ = addresses;
      return;
    }
    if (!tried_) record(device, work);
    if (recording_)
      device.replay(recording_);
    else
      work();
  }

 private:
  template <class Work> void record(const Device& device, Work work) {
    tried_ = true;
    try {
      recording_ = device.record(work);
    } catch (const Error&) {}  // what is wrong with the work itself shows when it is done
  }

  BufferAddresses known_;
  typename Device::Recording recording_;
  bool tried_ = false;
};

}  // namespace guise
