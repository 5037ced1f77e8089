// Memory that belongs to one recording. What is handed out while the recording is made is used again within
// it, in its order, and by nobody else as long as the recording or a buffer in it lives. It is carved from
// blocks of the driver: memory in the stream's order would be a step of the recording.
//
// Throws Error where there is too little memory.
#pragma once
#include <guise/backend/cuda/launch.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace guise::cuda {

inline std::string mebibytes(std::size_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20); }
// Passes what is no lack of memory on to check.
inline void check_memory(cudaError_t error, int device, std::size_t bytes) {
  if (error != cudaErrorMemoryAllocation) return check(error, "taking memory");
  cudaGetLastError();  // as in check
  std::size_t left = 0, all = 0;
  check(cudaMemGetInfo(&left, &all), "the free memory");
  throw Error("CUDA device " + std::to_string(device) + ": expected " + mebibytes(bytes) +
              " MiB more memory, free are " + mebibytes(left) + " of " + mebibytes(all));
}

class Unseen {  // this thread may meanwhile do what a recording does not see
 public:
  Unseen() { cudaThreadExchangeStreamCaptureMode(&mode_); }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
  ~Unseen() { cudaThreadExchangeStreamCaptureMode(&mode_); }

 private:
  cudaStreamCaptureMode mode_ = cudaStreamCaptureModeRelaxed;
};

class Arena {
 public:
  // `owner`: what must live for the stream to live.
  Arena(std::shared_ptr<const void> owner, int device, cudaStream_t stream)
      : owner_(std::move(owner)), device_(device), stream_(stream) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {  // an error shows in the next call
    const Unseen unseen;
    cudaSetDevice(device_);
    cudaStreamSynchronize(stream_);
    for (const auto& [at, part] : parts_)
      if (part.first) cudaFree(at);
    for (void* at : kept_) cudaFreeAsync(at, stream_);
  }

  void* take(std::size_t bytes) {
    bytes = whole(bytes, alignment);
    auto best = parts_.end();  // the smallest that is large enough
    for (auto part = parts_.begin(); part != parts_.end(); ++part)
      if (part->second.free && part->second.bytes >= bytes &&
          (best == parts_.end() || part->second.bytes < best->second.bytes))
        best = part;
    if (best == parts_.end()) best = block(bytes);
    auto& [at, part] = *best;
    if (part.bytes > bytes) parts_[at + bytes] = {part.bytes - bytes, true, false};
    part.bytes = bytes;
    part.free = false;
    return at;
  }
  // Memory from elsewhere stays as long as this: the recording may point to it.
  void give(void* given) {
    auto part = parts_.find(static_cast<char*>(given));
    if (part == parts_.end()) return kept_.push_back(given);
    part->second.free = true;
    join(part, std::next(part));
    if (part != parts_.begin()) join(std::prev(part), part);
  }

 private:
  static constexpr std::size_t alignment = 256, least = std::size_t{32} << 20;  // of a part; of a block
  struct Part {
    std::size_t bytes;
    bool free, first;  // first: of its block
  };
  using Parts = std::map<char*, Part>;

  static std::size_t whole(std::size_t bytes, std::size_t of) {
    return std::max<std::size_t>((bytes + of - 1) / of, 1) * of;
  }
  Parts::iterator block(std::size_t bytes) {
    bytes = std::max(bytes, least);
    void* at = nullptr;
    const Unseen unseen;
    check(cudaSetDevice(device_), "choosing a device");
    check_memory(cudaMalloc(&at, bytes), device_, bytes);
    return parts_.emplace(static_cast<char*>(at), Part{bytes, true, true}).first;
  }
  void join(Parts::iterator part, Parts::iterator next) {
    if (next == parts_.end() || next->second.first || !part->second.free || !next->second.free) return;
    part->second.bytes += next->second.bytes;
    parts_.erase(next);
  }

  std::shared_ptr<const void> owner_;
  int device_;
  cudaStream_t stream_;
  Parts parts_;
  std::vector<void*> kept_;
};

}  // namespace guise::cuda
