// Internal: a Prefetcher makes the values `first` ... `end` - 1 ahead of their consumer, on worker threads,
// and hands them over in order. The workers are at most `workers` + 1 values ahead of the one that the
// consumer asks for next; without workers each value is made when it is asked for. What `load` throws for a
// value is thrown by the call of next() that asks for it. Destruction joins the workers.
#pragma once
#include <guise/core/index.hpp>

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace guise::detail {

template <class Value> class Prefetcher {
 public:
  // `load(k)` makes value k; all workers call it, at the same time.
  Prefetcher(std::function<Value(Index)> load, Index first, Index end, int workers)
      : load_(std::move(load)), end_(end), ahead_(workers + 1), started_(first), delivered_(first) {
    for (int k = 0; k < workers; ++k) try {
        workers_.emplace_back([this] { work(); });
      } catch (const std::exception&) { break; }  // with fewer, or without any, the values are the same
  }
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;
  ~Prefetcher() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  bool done() const { return delivered_ >= end_; }
  Value next() {
    if (workers_.empty()) return load_(delivered_++);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_.contains(delivered_); });
    auto result = std::move(ready_.extract(delivered_++).mapped());
    lock.unlock();
    changed_.notify_all();
    if (result.error) std::rethrow_exception(result.error);
    return std::move(*result.value);
  }

 private:
  struct Result {
    std::optional<Value> value;
    std::exception_ptr error;
  };

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return stopping_ || started_ >= end_ || started_ < delivered_ + ahead_; });
      if (stopping_ || started_ >= end_) return;
      const Index k = started_++;
      lock.unlock();
      Result result;
      try {
        result.value = load_(k);
      } catch (...) { result.error = std::current_exception(); }
      lock.lock();
      ready_.emplace(k, std::move(result));
      changed_.notify_all();
    }
  }

  std::function<Value(Index)> load_;
  Index end_, ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Index, Result> ready_;
  Index started_, delivered_;  // the values that a worker and the consumer take next
  bool stopping_ = false;
  std::vector<std::thread> workers_;  // not std::jthread, which libc++ has only since version 18
};

}  // namespace guise::detail
