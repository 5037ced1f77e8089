// cuDNN's graph interface in plain loops, linked in place of the library: a descriptor is a map from
// attribute to value. As strict as the library, or stricter, about the order of calls, types, layouts, sizes,
// alignment and room; what it refuses it explains. Compiles against the real header and against the one
// beside it.
#include "stand_in_descriptors.hpp"

#include <algorithm>

namespace gpu {  // of the host execution: device memory is closed outside launches and copies
void open_memory(bool);
}

struct cudnnContext {
  int device = 0;
  cudaStream_t stream{};
  bool has_stream = false;
};

namespace {

using namespace cudnn_stand_in;

cudnnStatus_t execute(const Object& plan, const Object& pack, cudaStream_t stream) {
  const Object* configuration = find(plan.value<void*>(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG));
  if (!configuration || !find(configuration->graph))
    return refuse(CUDNN_STATUS_BAD_PARAM, "a part of the plan is gone");
  const Object* o = find(configuration->graph->value<void*>(CUDNN_ATTR_OPERATIONGRAPH_OPS));
  Operation p;
  if (!o || !read(*o, p)) return refuse(CUDNN_STATUS_BAD_PARAM, "a part of the operation is gone");

  const Ints names = pack.ints(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
  std::vector<void*> pointers(names.size());
  const Value& given = pack.values.at(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
  std::memcpy(pointers.data(), given.bytes.data(), given.bytes.size());
  std::vector<std::pair<char*, std::size_t>> places;
  for (const Tensor& t : {p.x, p.w, p.y})
    for (std::size_t k = 0; k < names.size(); ++k)
      if (names[k] == t.name) {
        if (!pointers[k]) return refuse(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "a tensor without a place");
        if (reinterpret_cast<std::uintptr_t>(pointers[k]) % std::size_t(t.alignment))
          return refuse(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER, "a tensor at a wrong address");
        places.emplace_back(static_cast<char*>(pointers[k]), t.bytes());
      }
  if (places.size() != 3 || names.size() != 3)
    return refuse(CUDNN_STATUS_BAD_PARAM, "other tensors than the operation has");
  const Engine& engine = *configuration->engine;
  if (engine.workspace) {
    void* const room = pack.values.count(CUDNN_ATTR_VARIANT_PACK_WORKSPACE)
                           ? pack.value<void*>(CUDNN_ATTR_VARIANT_PACK_WORKSPACE)
                           : nullptr;
    if (!room) return refuse(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "no room to work in");
    if (reinterpret_cast<std::uintptr_t>(room) % 16)
      return refuse(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER, "room at a wrong address");
    places.emplace_back(static_cast<char*>(room), std::size_t(engine.workspace));
  }
  for (std::size_t a = 0; a < places.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (places[a].first < places[b].first + places[b].second &&
          places[b].first < places[a].first + places[a].second)
        return refuse(CUDNN_STATUS_BAD_PARAM, "tensors or room that overlap");
  if (state().execution != CUDNN_STATUS_SUCCESS) return refuse(state().execution, "as the test asked");

  bool tf32 = false;
  for (const auto note : engine.notes) tf32 |= note == CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
  const auto done = gpu::enqueue(stream, [=] {
    gpu::open_memory(true);
    if (places.size() > 3) std::memset(places[3].first, 0xff, places[3].second);
    compute(p, tf32, places[0].first, places[1].first, places[2].first);
    gpu::open_memory(false);
  });
  if (done != cudaSuccess) return refuse(CUDNN_STATUS_EXECUTION_FAILED, "a stream that cannot note it down");
  ++state().executions;
  state().engine = engine.index;
  state().padding = {p.before[0], p.before[1], p.after[0], p.after[1]};
  return CUDNN_STATUS_SUCCESS;
}

}  // namespace

cudnn_stand_in::State& cudnn_stand_in::state() {
  static State all;
  return all;
}

extern "C" {

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  if (state().creation != CUDNN_STATUS_SUCCESS) return refuse(state().creation, "as the test asked");
  *handle = new cudnnContext;
  cudaGetDevice(&(*handle)->device);
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  delete handle;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  handle->stream = stream, handle->has_stream = true;
  return CUDNN_STATUS_SUCCESS;
}
const char* cudnnGetErrorString(cudnnStatus_t status) {
  static thread_local std::string text;
  text = "status " + std::to_string(int(status));
  return text.c_str();
}
void cudnnGetLastErrorString(char* message, std::size_t room) {
  std::strncpy(message, last_refusal().c_str(), room - 1);
  message[room - 1] = 0;
}

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t* to) {
  if (!rules_of(type)) return refuse(CUDNN_STATUS_NOT_SUPPORTED, "no descriptor of this type");
  auto object = std::make_unique<Object>();
  object->type = type;
  *to = object.get();
  objects()[*to] = std::move(object);
  state().descriptors = objects().size();
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t at) {
  if (!objects().erase(at)) return refuse(CUDNN_STATUS_BAD_PARAM, "no such descriptor");
  state().descriptors = objects().size();
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t at, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, std::int64_t count,
                                       const void* values) {
  Object* o = find(at);
  if (!o || !values) return refuse(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "no such descriptor, or no value");
  if (o->final) return refuse(CUDNN_STATUS_BAD_PARAM, "an attribute of what is finalised");
  const Rules& rules = *rules_of(o->type);
  const auto rule = rules.find(name);
  if (rule == rules.end())
    return refuse(CUDNN_STATUS_BAD_PARAM, "no such attribute here: " + std::to_string(name));
  if (rule->second.type != type)
    return refuse(CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE,
                  "an attribute of another type: " + std::to_string(name));
  if (count < rule->second.least || count > rule->second.most)
    return refuse(CUDNN_STATUS_BAD_PARAM_OUT_OF_BOUND, "too few or many values: " + std::to_string(name));
  const auto* bytes = static_cast<const char*>(values);
  if (type == CUDNN_TYPE_BACKEND_DESCRIPTOR) {
    void* part;
    std::memcpy(&part, values, sizeof part);
    const Object* child = find(part);
    if (!child) return refuse(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "no such part");
    if (!child->final) return refuse(CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "a part that is not finalised");
    if (rule->second.part >= 0 && rule->second.part != child->type)
      return refuse(CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE, "a part of another type");
  }
  if (type == CUDNN_TYPE_HANDLE) {
    void* handle;
    std::memcpy(&handle, values, sizeof handle);
    if (!handle) return refuse(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "no handle");
  }
  o->values[name] = {type, count, {bytes, bytes + std::size_t(count) * size_of(type)}};
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t at) {
  Object* o = find(at);
  if (!o || o->final) return refuse(CUDNN_STATUS_BAD_PARAM, "no such descriptor, or finalised before");
  for (const auto& [name, rule] : *rules_of(o->type))
    if (rule.needed && !o->values.count(name))
      return refuse(CUDNN_STATUS_BAD_PARAM, "an attribute is missing: " + std::to_string(name));
  const cudnnStatus_t status = check(*o);
  o->final = status == CUDNN_STATUS_SUCCESS;
  return status;
}

cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t at, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, std::int64_t room,
                                       std::int64_t* count, void* values) {
  Object* o = find(at);
  if (!o || !count) return refuse(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "no such descriptor, or no count");
  if (!o->final) return refuse(CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "an attribute of what is not finalised");
  const auto part = [&](std::int64_t k, cudnnBackendDescriptorType_t wanted) -> Object* {
    void* raw;
    std::memcpy(&raw, static_cast<char*>(values) + std::size_t(k) * sizeof raw, sizeof raw);
    Object* child = find(raw);
    return child && child->type == wanted && !child->final ? child : nullptr;
  };
  if (name == CUDNN_ATTR_ENGINEHEUR_RESULTS && type == CUDNN_TYPE_BACKEND_DESCRIPTOR) {
    const auto& engines = o->value<cudnnBackendHeurMode_t>(CUDNN_ATTR_ENGINEHEUR_MODE) == CUDNN_HEUR_MODE_A
                              ? state().proposed
                              : state().fallback;
    if (room == 0) {  // the library promises more here than it gives later
      *count = engines.empty() ? 0 : std::int64_t(engines.size()) + 2;
      return CUDNN_STATUS_SUCCESS;
    }
    *count = std::min(room, std::int64_t(engines.size()));
    for (std::int64_t k = 0; k < *count; ++k) {
      Object* child = part(k, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
      if (!child) return refuse(CUDNN_STATUS_BAD_PARAM, "results go to fresh configurations");
      child->final = true;
      child->engine = std::make_shared<Engine>(engines[std::size_t(k)]);
      child->graph = static_cast<Object*>(o->value<void*>(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH));
    }
    return CUDNN_STATUS_SUCCESS;
  }
  if (name == CUDNN_ATTR_ENGINECFG_ENGINE && type == CUDNN_TYPE_BACKEND_DESCRIPTOR && o->engine &&
      room == 1) {
    Object* child = part(0, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    if (!child) return refuse(CUDNN_STATUS_BAD_PARAM, "an engine goes to a fresh descriptor");
    child->final = true;
    child->engine = o->engine;
    *count = 1;
    return CUDNN_STATUS_SUCCESS;
  }
  if (name == CUDNN_ATTR_ENGINE_NUMERICAL_NOTE && type == CUDNN_TYPE_NUMERICAL_NOTE && o->engine) {
    *count = std::int64_t(o->engine->notes.size());
    if (room < *count) return refuse(CUDNN_STATUS_BAD_PARAM_OUT_OF_BOUND, "no room for all notes");
    std::copy(o->engine->notes.begin(), o->engine->notes.end(),
              static_cast<cudnnBackendNumericalNote_t*>(values));
    return CUDNN_STATUS_SUCCESS;
  }
  if (name == CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE && type == CUDNN_TYPE_INT64 && room == 1 &&
      o->type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR) {
    const std::int64_t workspace =
        find(o->value<void*>(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG))->engine->workspace;
    std::memcpy(values, &workspace, sizeof workspace);
    *count = 1;
    return CUDNN_STATUS_SUCCESS;
  }
  return refuse(CUDNN_STATUS_BAD_PARAM, "no such attribute to read: " + std::to_string(name));
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                                  cudnnBackendDescriptor_t pointers) {
  const Object *p = find(plan), *v = find(pointers);
  if (!handle || !p || !v || p->type != CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR ||
      v->type != CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR)
    return refuse(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "no handle, plan or pointers");
  if (!p->final || !v->final)
    return refuse(CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED, "a plan that is not finalised");
  if (p->value<void*>(CUDNN_ATTR_EXECUTION_PLAN_HANDLE) != handle)
    return refuse(CUDNN_STATUS_BAD_PARAM, "a plan of another handle");
  if (!handle->has_stream) return refuse(CUDNN_STATUS_BAD_PARAM, "no stream");
  int device = 0;
  cudaGetDevice(&device);
  if (handle->device != device) return refuse(CUDNN_STATUS_BAD_PARAM, "a handle of another device");
  if (cudaPeekAtLastError()) return refuse(CUDNN_STATUS_EXECUTION_FAILED, "an error was left behind");
  const cudnnStatus_t status = execute(*p, *v, handle->stream);
  if (status == CUDNN_STATUS_SUCCESS) state().stream = handle->stream;
  return status;
}
}
