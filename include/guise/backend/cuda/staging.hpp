// A ring of pinned host memory between the host and a stream: an upload is copied here and goes on by itself,
// so that nobody waits for it unless the ring is full. A slot is written again when its event says that the
// device has read it. For one stream; many threads may use it.
//
// Throws Error where the runtime fails.
#pragma once
#include <guise/backend/cuda/launch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <mutex>

namespace guise::cuda {

class Staging {
 public:
  static constexpr std::size_t slot_bytes = std::size_t{4} << 20, slots = 4;

  Staging() = default;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  void release() noexcept {  // before the stream goes; an error shows in the next call
    for (Slot& slot : ring_) {
      if (!slot.done) continue;
      cudaEventSynchronize(slot.done);
      cudaEventDestroy(slot.done);
      cudaFreeHost(slot.at);
    }
  }

  void upload(std::size_t bytes, const void* host, void* to, cudaStream_t stream) {
    const std::lock_guard lock(mutex_);
    for (std::size_t from = 0; from < bytes; from += slot_bytes) {
      const std::size_t size = std::min(bytes - from, slot_bytes);
      Slot& slot = next();
      std::memcpy(slot.at, static_cast<const char*>(host) + from, size);
      check(cudaMemcpyAsync(static_cast<char*>(to) + from, slot.at, size, cudaMemcpyHostToDevice, stream),
            "an upload");
      check(cudaEventRecord(slot.done, stream), "an upload's end");
    }
  }
  // Waits for all that was asked of the stream before. What does not fit a slot goes past the ring.
  void download(std::size_t bytes, const void* from, void* host, cudaStream_t stream) {
    const std::lock_guard lock(mutex_);
    void* const to = bytes && bytes <= slot_bytes ? next().at : host;
    if (bytes) check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream), "a download");
    check(cudaStreamSynchronize(stream), "waiting for the device");
    if (to != host) std::memcpy(host, to, bytes);
  }

 private:
  struct Slot {
    void* at = nullptr;
    cudaEvent_t done{};
  };
  Slot& next() {  // the one that has waited longest, free to be written
    Slot& slot = ring_[turn_++ % slots];
    if (!slot.done) check(cudaEventCreateWithFlags(&slot.done, cudaEventDisableTiming), "an event");
    if (!slot.at) check(cudaMallocHost(&slot.at, slot_bytes), "pinned memory");
    check(cudaEventSynchronize(slot.done), "waiting for an upload");
    return slot;
  }

  std::array<Slot, slots> ring_{};
  std::size_t turn_ = 0;
  std::mutex mutex_;
};

}  // namespace guise::cuda
