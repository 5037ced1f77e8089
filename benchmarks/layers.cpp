// Where the time of a training step or a translation goes, operation by operation: layers CASE THREADS
// SECONDS, cases as in cases.hpp. Prints one Markdown table: how often an operation runs in one
// iteration, its milliseconds in all (means), and for products the direct algorithm's GFLOP/s. What no
// operation accounts for is the last line.
#include "cases.hpp"
#include <guise/backend/cpu/cpu.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

using namespace guise;

namespace {

using Clock = std::chrono::steady_clock;
double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}
struct Entry {
  long calls = 0;
  double milliseconds = 0, work = 0;  // floating-point operations
};
std::map<std::string, Entry> entries;

struct What {  // an operation
  std::string name;
  double work = 0;

  What(const char* given) : name(given) {}
  What(const char* pass, const ConvGeometry& p, bool transposed, double passes = 1)
      : work(2.0 * passes * p.n * p.out_h * p.out_w * p.out_c * p.c * p.kernel * p.kernel) {
    const std::string k = std::to_string(p.kernel), up = transposed ? "transposed " : "";
    name = up + k + "x" + k + (p.stride == 2 ? " / 2, " : ", ") + std::to_string(transposed ? p.out_c : p.c) +
           " -> " + std::to_string(transposed ? p.c : p.out_c) + " to " +
           std::to_string(transposed ? p.h : p.out_h) + "^2: " + pass;
  }
};
template <class F> auto timed(const What& what, F f) {
  struct Note {  // what a backend declines takes no time, and is another operation's
    const What& what;
    Clock::time_point start = Clock::now();
    bool done = true;
    ~Note() {
      if (!done) return;
      Entry& entry = entries[what.name];
      entry.calls += 1, entry.milliseconds += milliseconds_since(start), entry.work += what.work;
    }
  } note{what};
  if constexpr (std::is_same_v<decltype(f()), bool>)
    return note.done = f();
  else
    return f();
}

class Timed : public Cpu {  // every operation that costs something, by its name
 public:
  explicit Timed(int threads = 1) : Cpu(threads) {}
  Timed frozen() const { return Timed(Cpu::frozen()); }

  Buffer zeros(Size n) const {
    return timed({"zeros"}, [&] { return Cpu::zeros(n); });
  }
  Buffer uninitialized(Size n) const {
    return timed({"memory"}, [&] { return Cpu::uninitialized(n); });
  }
  void upload(Size n, const float* x, float* y) const {
    timed({"copies"}, [&] { Cpu::upload(n, x, y); });
  }
  void download(Size n, const float* x, float* y) const {
    timed({"copies"}, [&] { Cpu::download(n, x, y); });
  }
  void copy(Size n, const float* x, float* y) const {
    timed({"copies"}, [&] { Cpu::copy(n, x, y); });
  }
  void axpby(Size n, double a, const float* x, double b, float* y) const {
    timed({"axpby"}, [&] { Cpu::axpby(n, a, x, b, y); });
  }
  void prologue(Prologue g, const float* x, const float* stats, const float* skip, float* y) const {
    timed({skip ? "prologue, residual sum" : "prologue"}, [&] { Cpu::prologue(g, x, stats, skip, y); });
  }
  void prologue_dx(Prologue g, const float* x, const float* stats, const float* dy, float* dx) const {
    timed({"prologue_dx"}, [&] { Cpu::prologue_dx(g, x, stats, dy, dx); });
  }
  void pointwise_dx(const Activation& a, Size n, const float* x, const float* y, const float* dy,
                    float* dx) const {
    timed({"pointwise_dx"}, [&] { Cpu::pointwise_dx(a, n, x, y, dy, dx); });
  }
  void column_sums(Size rows, int c, const float* dy, float* db) const {
    timed({"bias gradients"}, [&] { Cpu::column_sums(rows, c, dy, db); });
  }
  void conv(ConvGeometry p, const float* x, const float* w, Epilogue<float> e, float* y) const {
    timed({"y", p, false}, [&] { Cpu::conv(p, x, w, e, y); });
  }
  void conv_dx(ConvGeometry p, const float* dy, const float* w, Epilogue<float> e, float* dx) const {
    timed({"dx", p, false}, [&] { Cpu::conv_dx(p, dy, w, e, dx); });
  }
  void conv_dw(ConvGeometry p, const float* x, const float* dy, float* dw) const {
    timed({"dw", p, false}, [&] { Cpu::conv_dw(p, x, dy, dw); });
  }
  bool fused_conv(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                  const float* w, Epilogue<float> e, float* y) const {
    return timed({"y", p, transposed}, [&] { return Cpu::fused_conv(g, p, transposed, x, stats, w, e, y); });
  }
  bool fused_conv_dw(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                     const float* dy, float* dw) const {
    return timed({"dw", p, transposed},
                 [&] { return Cpu::fused_conv_dw(g, p, transposed, x, stats, dy, dw); });
  }
  bool fused_conv_dx(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                     const float* dy, const float* w, float* dx) const {
    return timed({"dx", p, transposed},
                 [&] { return Cpu::fused_conv_dx(g, p, transposed, x, stats, dy, w, dx); });
  }
  bool fused_conv_dw_dx(Prologue g, ConvGeometry p, bool transposed, const float* x, const float* stats,
                        const float* dy, const float* w, float* dw, float* dx) const {
    return timed({"dw and dx", p, transposed, 2},
                 [&] { return Cpu::fused_conv_dw_dx(g, p, transposed, x, stats, dy, w, dw, dx); });
  }
  bool fused_depthwise(Prologue g, ConvGeometry p, const float* x, const float* stats, const float* w,
                       Epilogue<float> e, float* y) const {
    return timed({"depthwise"}, [&] { return Cpu::fused_depthwise(g, p, x, stats, w, e, y); });
  }
  bool fused_depthwise_dw(Prologue g, ConvGeometry p, const float* x, const float* stats, const float* dy,
                          float* dw) const {
    return timed({"depthwise dw"}, [&] { return Cpu::fused_depthwise_dw(g, p, x, stats, dy, dw); });
  }
  void depthwise_dx(ConvGeometry p, const float* dy, const float* w, float* dx) const {
    timed({"depthwise dx"}, [&] { Cpu::depthwise_dx(p, dy, w, dx); });
  }
  void moments(Prologue g, const float* x, float* stats) const {
    timed({"moments"}, [&] { Cpu::moments(g, x, stats); });
  }
  void mean(const MeanFormula& formula, Size n, double weight, const float* x, const float* target,
            double constant, float* value, float* dx) const {
    timed({"losses"}, [&] { Cpu::mean(formula, n, weight, x, target, constant, value, dx); });
  }
  void swap_rows(int count, Size floats, Guard<float> guard, const float* moves, float* x, float* y) const {
    timed({"copies"}, [&] { Cpu::swap_rows(count, floats, guard, moves, x, y); });
  }
  void update(const UpdateFormula& rule, Size n, Guard<float> guard, const float* scalars, float* g,
              float* const* states, float* w) const {
    timed({"Adam"}, [&] { Cpu::update(rule, n, guard, scalars, g, states, w); });
  }

 private:
  explicit Timed(Cpu cpu) : Cpu(std::move(cpu)) {}
};

template <class F> void measure(double seconds, F run) {
  run(), run();  // memory and caches as they are from then on
  entries.clear();
  long times = 0;
  const auto start = Clock::now();
  for (; times < 3 || milliseconds_since(start) < 1000 * seconds; ++times) run();
  double rest = milliseconds_since(start) / static_cast<double>(times);
  std::printf("%.2f ms\n\n| operation | times | ms | GFLOP/s |\n|---|---|---|---|\n", rest);
  std::vector<std::pair<std::string, Entry>> sorted(entries.begin(), entries.end());
  std::sort(sorted.begin(), sorted.end(),
            [](auto& a, auto& b) { return a.second.milliseconds > b.second.milliseconds; });
  for (const auto& [name, entry] : sorted) {
    const double each = entry.milliseconds / static_cast<double>(times);
    rest -= each;
    std::printf("| %s | %ld | %.3f |", name.c_str(), entry.calls / times, each);
    entry.work > 0 ? std::printf(" %.0f |\n", entry.work / entry.milliseconds * 1e-6) : std::printf(" |\n");
  }
  std::printf("| between operations | | %.3f | |\n", rest);
}

}  // namespace

int main(int count, char** arguments) try {
  const benchmark::Arguments asked(count, arguments);
  benchmark::prepare(asked.which, Timed(asked.threads), [&](auto run) { measure(asked.seconds, run); });
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
