// Threads that share the tasks of one parallel region at a time. Tasks are claimed one by one, so that a
// thread that is late or slow holds nobody up; which thread runs a task must not matter to its result.
//
// A worker without work spins for a moment, because the next region of a network follows at once, and then
// sleeps. A region never waits for a worker that has claimed nothing. `run` may be called from one thread at
// a time; a task must not throw and must not call `run`.
#pragma once
#include <guise/core/error.hpp>
#include <guise/core/function_ref.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace guise::cpu {

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

class ThreadPool {
 public:
  explicit ThreadPool(int threads) {
    try {
      for (int id = 1; id < threads; ++id) workers_.emplace_back([this, id] { work(id); });
    } catch (const std::system_error& error) {
      stop();
      throw Error(std::to_string(threads) + " threads: cannot be started (" + error.code().message() +
                  "): expected fewer");
    } catch (...) {
      stop();
      throw;
    }
  }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool() { stop(); }

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // f(task, thread) for every task of [0, tasks); thread is in [0, threads()).
  [[gnu::noinline]] void run(long tasks, const FunctionRef<void(long, int)>& f) {
    if (workers_.empty() || tasks <= 1) {
      for (long task = 0; task < tasks; ++task) f(task, 0);
      return;
    }
    f_ = &f;
    unfinished_.store(tasks, std::memory_order_relaxed);
    ticket_.store(static_cast<std::uint64_t>(tasks) << 32);
    generation_.fetch_add(1);
    if (sleepers_.load() > 0) generation_.notify_all();
    while (take(0)) {}
    for (int spins = 0; unfinished_.load(std::memory_order_acquire) > 0; ++spins)
      spins < patience ? pause() : std::this_thread::yield();
  }

 private:
  static constexpr int patience = 4000;  // pauses: some 0.1 ms

  // The ticket holds how many tasks there are and which is next, so that one atomic step claims a task of the
  // region that is running or nothing at all. What the claimed task needs cannot change until it is done.
  bool take(int thread) {
    const std::uint64_t ticket = ticket_.fetch_add(1), task = ticket & 0xffffffffu;
    if (task >= ticket >> 32) return false;
    (*f_)(static_cast<long>(task), thread);
    unfinished_.fetch_sub(1, std::memory_order_release);
    return true;
  }
  bool something_to_do() const {
    const std::uint64_t ticket = ticket_.load();
    return (ticket & 0xffffffffu) < ticket >> 32;
  }
  void work(int id) {
    while (!stopping_.load()) {
      const std::uint32_t seen = generation_.load();
      int spins = 0;
      while (!something_to_do() && !stopping_.load() && ++spins < patience) pause();
      if (spins < patience) {
        while (take(id)) {}
        continue;
      }
      sleepers_.fetch_add(1);
      generation_.wait(seen);
      sleepers_.fetch_sub(1);
    }
  }
  void stop() {
    stopping_.store(true);
    generation_.fetch_add(1);
    generation_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  std::vector<std::thread> workers_;
  const FunctionRef<void(long, int)>* f_ = nullptr;
  alignas(64) std::atomic<std::uint64_t> ticket_{0};
  alignas(64) std::atomic<long> unfinished_{0};
  alignas(64) std::atomic<std::uint32_t> generation_{0};
  std::atomic<int> sleepers_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace guise::cpu
