// Streams that do at once what they are told, or note it down between the beginning and the end of a capture.
// As in the real runtime, and stricter: a wait, a copy from or to the host, memory in the stream's order, and
// work in the stream of everybody (0) are errors meanwhile, and the recording is lost; so are calls that it
// does not see, unless the thread says that it knows (cudaThreadExchangeStreamCaptureMode).
//
// Pinned memory that a copy reads or writes is closed to the host until it has waited, for the stream or for
// an event behind the copy: who touches it before gets a segmentation fault.
#include <cuda_runtime.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

using Work = std::vector<std::function<void()>>;

struct CUstream_st {
  bool records = false, broken = false;
  Work noted;
  long clock = 0;  // copies so far
};
struct CUevent_st {
  cudaStream_t stream = nullptr;
  long clock = 0;
};
struct CUgraph_st {
  Work work;
};
struct CUgraphExec_st {
  Work work;
};

namespace gpu {

Tally tally;
void copy(void* to, const void* from, std::size_t n, cudaMemcpyKind kind);
void check_launch(dim3 grid, dim3 block);

namespace {

thread_local cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
thread_local cudaStream_t recording = nullptr;  // the stream, if this thread may not do what is not seen

struct Pinned {
  std::size_t bytes;
  cudaStream_t stream = nullptr;  // of the copy that runs
  long clock = 0;                 // of it
};
std::map<const char*, Pinned> pinned;

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}
Pinned* pinned_at(const void* host, const char** begin) {
  auto found = pinned.upper_bound(static_cast<const char*>(host));
  if (found == pinned.begin()) return nullptr;
  --found;
  *begin = found->first;
  return static_cast<const char*>(host) < found->first + found->second.bytes ? &found->second : nullptr;
}
void protect(const char* at, std::size_t bytes, int how) { mprotect(const_cast<char*>(at), bytes, how); }
void open_after(cudaStream_t stream, long clock) {  // what copies up to then have used
  for (auto& [at, p] : pinned)
    if (p.stream == stream && p.clock && p.clock <= clock) {
      protect(at, p.bytes, PROT_READ | PROT_WRITE);
      p.clock = 0;
    }
}

}  // namespace

cudaError_t forbidden(cudaStream_t stream) {
  if (!stream)
    return recording ? (recording->broken = true, failed(cudaErrorStreamCaptureImplicit)) : cudaSuccess;
  if (!stream->records) return cudaSuccess;
  stream->broken = true;
  return failed(cudaErrorStreamCaptureUnsupported);
}
cudaError_t unsafe() {
  if (!recording || mode == cudaStreamCaptureModeRelaxed) return cudaSuccess;
  recording->broken = true;
  return failed(cudaErrorStreamCaptureUnsupported);
}
cudaError_t enqueue(cudaStream_t stream, std::function<void()> work) {
  if (!stream || !stream->records) {
    const cudaError_t error = forbidden(stream);
    if (!error) work();
    return error;
  }
  if (stream->broken) return failed(cudaErrorStreamCaptureInvalidated);
  stream->noted.push_back(std::move(work));
  return cudaSuccess;
}
cudaError_t launch(cudaStream_t stream, dim3 grid, dim3 block, std::function<void()> thread) {
  check_launch(grid, block);
  if (!stream || !stream->records) ++tally.launches;
  return enqueue(stream, [=] {
    run(
        grid, block, [](const void* f) { (*static_cast<const std::function<void()>*>(f))(); }, &thread);
  });
}

}  // namespace gpu

using namespace gpu;

// ---- streams, copies and events ----
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  if (flags != cudaStreamNonBlocking) return cudaErrorInvalidValue;  // it would wait for everybody's stream
  *stream = new CUstream_st;
  ++tally.streams;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  if (stream->records) die("a stream is destroyed while it records");
  open_after(stream, stream->clock);
  delete stream;
  --tally.streams;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (const cudaError_t error = forbidden(stream)) return error;
  if (stream) open_after(stream, stream->clock);
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t n, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  if (n == 0) return cudaSuccess;
  if (kind == cudaMemcpyDeviceToDevice) return enqueue(stream, [=] { copy(to, from, n, kind); });
  if (const cudaError_t error = forbidden(stream)) return error;
  const char* begin = nullptr;
  Pinned* const host = pinned_at(kind == cudaMemcpyHostToDevice ? from : to, &begin);
  if (host) protect(begin, host->bytes, PROT_READ | PROT_WRITE);
  copy(to, from, n, kind);
  ++(kind == cudaMemcpyHostToDevice ? tally.uploads : tally.downloads);
  if (!host || !stream) return cudaSuccess;
  protect(begin, host->bytes, PROT_NONE);
  host->stream = stream, host->clock = ++stream->clock;
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new CUevent_st;
  ++tally.events;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  if (const cudaError_t error = forbidden(stream)) return error;
  *event = {stream, stream->clock};
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (!event) return cudaErrorInvalidValue;
  if (const cudaError_t error = unsafe()) return error;
  if (event->stream) open_after(event->stream, event->clock);
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  --tally.events;
  return cudaSuccess;
}
cudaError_t cudaMallocHost(void** at, std::size_t bytes) {
  if (const cudaError_t error = unsafe()) return error;
  *at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (*at == MAP_FAILED) return cudaErrorMemoryAllocation;
  pinned[static_cast<char*>(*at)] = {bytes};
  ++tally.pinned;
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* at) {
  if (!at) return cudaSuccess;
  if (const cudaError_t error = unsafe()) return error;
  const auto found = pinned.find(static_cast<char*>(at));
  if (found == pinned.end()) die("pinned memory is given back, but was never taken");
  if (found->second.clock) die("pinned memory is given back while a copy runs");
  munmap(at, found->second.bytes);
  pinned.erase(found);
  --tally.pinned;
  return cudaSuccess;
}

// ---- recordings ----
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode of) {
  if (!stream || stream->records) return cudaErrorInvalidValue;
  stream->records = true;
  if (of != cudaStreamCaptureModeRelaxed) recording = stream;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = nullptr;
  if (!stream || !stream->records) return cudaErrorInvalidValue;
  const Work work = std::exchange(stream->noted, {});
  const bool broken = std::exchange(stream->broken, false);
  stream->records = false;
  if (recording == stream) recording = nullptr;
  if (broken) return failed(cudaErrorStreamCaptureInvalidated);
  *graph = new CUgraph_st{work};
  ++tally.graphs;
  return cudaSuccess;
}
cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* exchanged) {
  std::swap(mode, *exchanged);
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t graph, unsigned long long) {
  if (!graph) return cudaErrorInvalidValue;
  *made = new CUgraphExec_st{graph->work};
  ++tally.graphs;
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
  if (!graph) return cudaErrorInvalidValue;
  if (const cudaError_t error = forbidden(stream)) return error;
  for (const auto& work : graph->work) work();
  ++tally.replays;
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  --tally.graphs;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) {
  delete graph;
  --tally.graphs;
  return cudaSuccess;
}
