// What cuDNN's graph interface is made of: descriptors, each a bag of attributes that is filled, finalised
// and from then on constant. Nothing here needs a device.
//
// Throws Error, in one line, where the library fails; "not supported" is an answer and no failure.
#pragma once
#include <guise/core/error.hpp>

#include <cudnn.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

static_assert(CUDNN_VERSION >= 90800, "guise needs cuDNN 9.8 or later");

namespace guise::cuda::cudnn {

inline void check(cudnnStatus_t status, const char* what) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  char detail[256] = "";
  cudnnGetLastErrorString(detail, sizeof detail);
  for (char& c : detail)
    if (c == '\n') c = ' ';
  throw Error(std::string("cuDNN, ") + what + ": " + cudnnGetErrorString(status) + ' ' + detail);
}

inline bool not_supported(cudnnStatus_t status) { return status / 1000 == CUDNN_STATUS_NOT_SUPPORTED / 1000; }

class Descriptor {
 public:
  using Name = cudnnBackendAttributeName_t;
  using Type = cudnnBackendAttributeType_t;

  explicit Descriptor(cudnnBackendDescriptorType_t type) {
    check(cudnnBackendCreateDescriptor(type, &raw_), "a descriptor");
  }
  Descriptor(Descriptor&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Descriptor() {
    if (raw_) cudnnBackendDestroyDescriptor(raw_);
  }

  Descriptor& set(Name name, Type type, std::int64_t count, const void* values) {
    check(cudnnBackendSetAttribute(raw_, name, type, count, values), "an attribute");
    return *this;
  }
  template <class T> Descriptor& set(Name name, Type type, T value) { return set(name, type, 1, &value); }
  Descriptor& set(Name name, std::initializer_list<std::int64_t> values) {
    return set(name, CUDNN_TYPE_INT64, std::int64_t(values.size()), values.begin());
  }
  Descriptor& set(Name name, const Descriptor& part) {  // which must outlive this
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, part.raw_);
  }

  std::int64_t get(Name name, Type type, std::int64_t room, void* values) const {  // how many there are
    std::int64_t count = 0;
    check(cudnnBackendGetAttribute(raw_, name, type, room, &count, values), "reading an attribute");
    return count;
  }

  bool finalize(const char* what) {  // false: the library does not do this
    const cudnnStatus_t status = cudnnBackendFinalize(raw_);
    if (not_supported(status)) return false;
    check(status, what);
    return true;
  }

  cudnnBackendDescriptor_t raw() const { return raw_; }

 private:
  cudnnBackendDescriptor_t raw_ = nullptr;
};

}  // namespace guise::cuda::cudnn
