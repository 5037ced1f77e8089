// What the operations of one Cpu share: threads, workspaces, and the memory that its buffers give back.
#pragma once
#include <guise/backend/cpu/thread_pool.hpp>
#include <guise/core/buffer.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace guise::cpu {

constexpr long how_many(long n, long unit) { return (n + unit - 1) / unit; }  // units that hold n
constexpr long begin_of(long part, long parts, long n) { return n * part / parts; }
inline constexpr long line = 16;  // floats of a cache line
constexpr long whole_lines(long floats) { return how_many(floats, line) * line; }

class Workspace {  // grows to the most that was ever asked for and stays; what was in it is lost then
 public:
  template <class T = float> T* at_least(long count) {
    const auto floats = static_cast<std::size_t>(count) * (sizeof(T) / sizeof(float));
    if (memory_.size() < floats) {
      memory_ = {};
      memory_ = Buffer<float>::uninitialized(floats);
    }
    return reinterpret_cast<T*>(memory_.data());
  }

 private:
  Buffer<float> memory_;
};

// What was made of weights that never change, by their address and by what it is for.
class FrozenWeights {
 public:
  struct Form {
    float* floats;
    bool made;  // false: to be written now
  };
  enum class For { winograd, matrix, matrix_transposed };
  Form form(const float* weights, For what, long floats) {
    Buffer<float>& kept = forms_[{weights, what}];
    const bool made = kept.size() > 0;
    if (!made) kept = Buffer<float>::uninitialized(static_cast<std::size_t>(floats));
    return {kept.data(), made};
  }

 private:
  std::map<std::pair<const float*, For>, Buffer<float>> forms_;
};

struct Context {
  std::mutex mutex;  // held while an operation runs
  ThreadPool pool;
  std::shared_ptr<Recycler> recycler = std::make_shared<Recycler>();
  Workspace weights, scratch, partial, statistics;
  FrozenWeights* frozen = nullptr;  // of the operation that runs; null: its weights may change

  explicit Context(int threads) : pool(threads) {}

  int threads() const { return pool.threads(); }

  // f(task, thread) for all tasks of so many floats, on one thread where they are not worth two.
  void run(long tasks, long floats, FunctionRef<void(long, int)> f) {
    if (tasks * floats > 1 << 14) return pool.run(tasks, f);
    for (long task = 0; task < tasks; ++task) f(task, 0);
  }

  // f(begin, end) over parts of [0, n) that are long enough to be worth a thread.
  void share(long n, FunctionRef<void(long, long)> f, long part = 1 << 14) {
    pool.run(how_many(n, part), [&](long k, int) { f(k * part, std::min(n, (k + 1) * part)); });
  }

  static std::shared_ptr<Context> common() {
    static const auto context =
        std::make_shared<Context>(std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
    return context;
  }
};

}  // namespace guise::cpu
