// Work that was asked for once and noted down, not done: a CUDA graph, and the memory that it works in. To
// launch it costs about as much as to launch one kernel, and does the same as the work would, with the same
// arguments: what changes from time to time must lie in memory.
//
// Throws Error where the runtime cannot note something down (a wait, memory that the driver does not have),
// and what the work throws: the stream is then as before.
#pragma once
#include <guise/backend/cuda/context.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace guise::cuda {

class Capture {  // from here on work is noted down, and memory comes from the arena
 public:
  Capture(const Context& context, std::shared_ptr<Arena> arena) : context_(context) {
    check(cudaStreamBeginCapture(context.stream(), cudaStreamCaptureModeThreadLocal), "a recording");
    context.take_from(std::move(arena));
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() {
    if (end()) cudaGetLastError();  // what broke it has been told
    if (graph_) cudaGraphDestroy(graph_);
  }
  cudaGraph_t graph() {
    check(end(), "the end of a recording");
    return graph_;
  }

 private:
  cudaError_t end() {
    if (!std::exchange(open_, false)) return cudaSuccess;
    context_.take_from(nullptr);
    return cudaStreamEndCapture(context_.stream(), &graph_);
  }
  const Context& context_;
  cudaGraph_t graph_ = nullptr;
  bool open_ = true;
};

class Graph {
 public:
  Graph(std::shared_ptr<const Context> context, const std::function<void()>& work)
      : context_(std::move(context)),
        arena_(std::make_shared<Arena>(context_, context_->device, context_->stream())) {
    context_->trim();  // what the work took from the pool before, it now takes from the arena
    Capture capture(*context_, arena_);
    work();
    check(cudaGraphInstantiate(&graph_, capture.graph(), 0), "a recording that can be replayed");
  }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph() { cudaGraphExecDestroy(graph_); }  // while it runs: when it has run

  void launch() const { check(cudaGraphLaunch(graph_, context_->stream()), "a recording's replay"); }

 private:
  std::shared_ptr<const Context> context_;
  std::shared_ptr<Arena> arena_;
  cudaGraphExec_t graph_ = nullptr;
};

}  // namespace guise::cuda
