// The functions of cuDNN that the backend calls, each handed on to the library, which the first call loads. A program
// that can use a GPU so starts, and works on the CPU, where cuDNN is not installed, and pays nothing for it there.
// Looked for by the name of the version it was built with, then at GUISE_CUDNN_LIBRARY, where the build found it.
//
// Throws Error where the library, or a function of it, is not to be had.
#include <guise/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

// Hidden, for another part of the program may be linked to cuDNN itself.
#pragma GCC visibility push(hidden)
#include <cudnn.h>
#pragma GCC visibility pop
#include <dlfcn.h>

namespace {

void* library() {
  static void* const loaded = [] {
    const std::string name = "libcudnn.so." + std::to_string(CUDNN_MAJOR);
    for (const char* place : {name.c_str(), GUISE_CUDNN_LIBRARY})
      if (void* found = dlopen(place, RTLD_NOW | RTLD_LOCAL)) return found;
    throw guise::Error(name + " cannot be loaded: expected cuDNN " + std::to_string(CUDNN_MAJOR) +
                       " where the system or LD_LIBRARY_PATH finds it, or a build with -DGUISE_CUDNN=OFF");
  }();
  return loaded;
}

template <class Function> Function* function(const char* name) {
  if (void* found = dlsym(library(), name)) return reinterpret_cast<Function*>(found);
  throw guise::Error(std::string("cuDNN has no ") + name + ": expected version " +
                     std::to_string(CUDNN_MAJOR) + '.' + std::to_string(CUDNN_MINOR) + " or later");
}

}  // namespace

#define GUISE_HAND_ON(result, name, parameters, arguments)         \
  result CUDNNWINAPI name parameters {                             \
    static const auto handed_on = function<decltype(name)>(#name); \
    return handed_on arguments;                                    \
  }

GUISE_HAND_ON(const char*, cudnnGetErrorString, (cudnnStatus_t status), (status))
GUISE_HAND_ON(void, cudnnGetLastErrorString, (char* text, std::size_t size), (text, size))
GUISE_HAND_ON(cudnnStatus_t, cudnnCreate, (cudnnHandle_t * handle), (handle))
GUISE_HAND_ON(cudnnStatus_t, cudnnDestroy, (cudnnHandle_t handle), (handle))
GUISE_HAND_ON(cudnnStatus_t, cudnnSetStream, (cudnnHandle_t handle, cudaStream_t stream), (handle, stream))
GUISE_HAND_ON(cudnnStatus_t, cudnnBackendCreateDescriptor,
              (cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t* made), (type, made))
GUISE_HAND_ON(cudnnStatus_t, cudnnBackendDestroyDescriptor, (cudnnBackendDescriptor_t descriptor),
              (descriptor))
GUISE_HAND_ON(cudnnStatus_t, cudnnBackendFinalize, (cudnnBackendDescriptor_t descriptor), (descriptor))
GUISE_HAND_ON(cudnnStatus_t, cudnnBackendSetAttribute,
              (cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
               cudnnBackendAttributeType_t type, std::int64_t count, const void* values),
              (descriptor, name, type, count, values))
GUISE_HAND_ON(cudnnStatus_t, cudnnBackendGetAttribute,
              (cudnnBackendDescriptor_t const descriptor, cudnnBackendAttributeName_t name,
               cudnnBackendAttributeType_t type, std::int64_t room, std::int64_t* count, void* values),
              (descriptor, name, type, room, count, values))
GUISE_HAND_ON(cudnnStatus_t, cudnnBackendExecute,
              (cudnnHandle_t handle, cudnnBackendDescriptor_t plan, cudnnBackendDescriptor_t pack),
              (handle, plan, pack))
