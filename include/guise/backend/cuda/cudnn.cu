// library_product by cuDNN 9: each product of each geometry is planned once a thread and device, and the plan
// kept. Needs tensors that begin at multiples of 16 bytes, and room for packed weights, for bfloat16 copies
// of the tensors if that was asked for, and for what the engine works in.
#include <guise/backend/cuda/context.hpp>
#include <guise/backend/cuda/cudnn_plan.cuh>
#include <guise/backend/cuda/cudnn_tensors.cuh>
#include <guise/backend/cuda/library_product.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace guise::cuda {
namespace cudnn {
namespace {

class Library {  // of one device, for one thread
 public:
  using Key = std::array<int, 13>;

  Library() { check(cudnnCreate(&handle_), "a handle"); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    plans_.clear();
    cudnnDestroy(handle_);
  }

  static Library& of(const Context& context) {
    thread_local std::map<int, Library> libraries;
    context.stream();  // a handle is made for this thread's device
    return libraries[context.device];
  }

  const std::optional<Plan>& plan(Role role, const ConvGeometry& g, Precision precision) {
    const Key key{int(role), int(precision), g.n,      g.h,      g.w,       g.c,       g.out_h,
                  g.out_w,   g.out_c,        g.kernel, g.stride, g.pad_top, g.pad_left};
    const auto found = plans_.find(key);
    if (found != plans_.end()) return found->second;
    return plans_.emplace(key, make_plan(role, g, precision, {handle_})).first->second;
  }

  void execute(const Plan& plan, void* x, void* w, void* y, void* workspace, cudaStream_t stream) {
    check(cudnnSetStream(handle_, stream), "a stream");
    const std::int64_t names[] = {Plan::x, Plan::w, Plan::y};
    void* const places[] = {x, w, y};
    Descriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, 3, names);
    pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, 3, places);
    pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, workspace);
    check(cudnnBackendFinalize(pack.raw()), "a plan's pointers");
    check(cudnnBackendExecute(handle_, plan.plan.raw(), pack.raw()), "a convolution");
  }

 private:
  cudnnHandle_t handle_ = nullptr;
  std::map<Key, std::optional<Plan>> plans_;
};

class Room {  // scratch that may be none
 public:
  Room(const Context& context, std::size_t bytes)
      : context_(context), at_(bytes ? context.take((bytes + sizeof(float) - 1) / sizeof(float)) : nullptr) {}
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  ~Room() {
    if (at_) context_.give(at_);
  }
  template <class T> T* as() const { return reinterpret_cast<T*>(at_); }

 private:
  const Context& context_;
  float* at_;
};

// T: of the tensors that the library sees.
template <class T>
void product(Library& library, const Plan& plan, Role role, const ConvGeometry& g, const Context& context,
             const float* a, const float* b, float* out) {
  const cudaStream_t stream = context.stream();
  const int taps = g.kernel * g.kernel;
  const std::size_t size_x = std::size_t(g.n) * g.h * g.w * g.c, size_w = std::size_t(g.out_c) * taps * g.c,
                    size_y = std::size_t(g.n) * g.out_h * g.out_w * g.out_c;
  constexpr bool same = std::is_same_v<T, float>;
  const Room packed(context, size_w * sizeof(T)), other_x(context, same ? 0 : size_x * sizeof(T)),
      other_y(context, same ? 0 : size_y * sizeof(T)), workspace(context, std::size_t(plan.workspace));

  // Where the tensors of the operation begin; those that are read are not written through these pointers.
  const auto place = [](const Room& other, const float* at) {
    if constexpr (same)
      return const_cast<float*>(at);
    else
      return other.template as<T>();
  };
  T* const x = place(other_x, role == Role::dx ? out : a);
  T* const y = place(other_y, role == Role::y ? out : role == Role::dx ? a : b);
  T* const w = packed.as<T>();

  if (role != Role::dw) pack(size_w, g.c, taps, b, w, stream);
  if constexpr (!same) {
    if (role != Role::dx) convert(size_x, a, x, stream);
    if (role != Role::y) convert(size_y, role == Role::dx ? a : b, y, stream);
  }
  library.execute(plan, x, w, y, workspace.as<void>(), stream);
  if (role == Role::dw) unpack(size_w, g.c, taps, w, out, stream);
  if constexpr (!same) {
    if (role == Role::dx) convert(size_x, x, out, stream);
    if (role == Role::y) convert(size_y, y, out, stream);
  }
}

bool aligned(const float* at) { return reinterpret_cast<std::uintptr_t>(at) % Plan::alignment == 0; }

}  // namespace
}  // namespace cudnn

const bool has_library = true;
bool library_product(Role role, const ConvGeometry& g, Precision precision, const Context& context,
                     const float* a, const float* b, float* out) {
  // Weights are packed, so they may begin anywhere.
  if (!cudnn::aligned(a) || !cudnn::aligned(role == Role::dw ? b : out)) return false;
  cudnn::Library& library = cudnn::Library::of(context);
  const std::optional<cudnn::Plan>& plan = library.plan(role, g, precision);
  if (!plan) return false;
  const auto product = precision == Precision::bf16 ? cudnn::product<cudnn::Bf16> : cudnn::product<float>;
  product(library, *plan, role, g, context, a, b, out);
  return true;
}

}  // namespace guise::cuda
