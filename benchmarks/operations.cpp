// Times every operation of a backend at the shapes that the networks have, and prints one Markdown table:
// median and best milliseconds, GFLOP/s of the direct algorithm, and their share of the measured peak.
//
//   operations [threads [filter]]
#include <guise/backend/cpu/cpu.hpp>
#include <guise/core/random.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/optimizer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace guise;
using Buffer = Cpu::Buffer;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
struct Case {
  std::string name;
  double work;  // floating-point operations; 0: not counted
  std::function<void()> run;
  std::vector<double> seconds = {};
};

class Table {
 public:
  Table(int threads, std::string filter) : b_(threads), filter_(std::move(filter)) {}

  void convolution(const std::string& name, ConvGeometry g, bool transposed = false) {
    const double work = 2.0 * g.n * g.out_h * g.out_w * g.out_c * g.c * g.kernel * g.kernel;
    auto* x = values(std::size_t(g.n * g.h * g.w * g.c));
    auto* y = values(std::size_t(g.n * g.out_h * g.out_w * g.out_c));
    auto* w = values(std::size_t(g.c * g.out_c * g.kernel * g.kernel));
    auto *dx = twin(x), *dy = twin(y), *dw = twin(w);
    auto* stats = values(std::size_t(2 * g.n * std::max(g.c, g.out_c)));
    const Epilogue<float> none, wants_stats{nullptr, Activation::none, stats};
    const Cpu b = b_;
    add(name + (transposed ? " dX" : " forward"), work,
        [=] { b.conv(g, x, w, transposed ? none : wants_stats, dy); });
    add(name + (transposed ? " forward" : " dX"), work,
        [=] { b.conv_dx(g, y, w, transposed ? wants_stats : none, dx); });
    add(name + " dW", work, [=] { b.conv_dw(g, x, y, dw); });
  }
  void between(const std::string& name, Prologue g) {
    const auto area = std::size_t(g.h * g.w);
    const auto reflected = std::size_t((g.h + 2 * g.reflect) * (g.w + 2 * g.reflect));
    auto *x = values(area * std::size_t(g.c)), *dx = twin(x), *stats = values(std::size_t(2 * g.c));
    auto *y = values(reflected * std::size_t(g.c)), *dy = twin(y);
    const Cpu b = b_;
    add(name + " moments", 0, [=] { b.moments(g, x, stats); });
    add(name + " prologue", 0, [=] { b.prologue(g, x, stats, nullptr, y); });
    add(name + " prologue_dx", 0, [=] { b.prologue_dx(g, x, stats, dy, dx); });
    add(name + " axpby", 0, [=] { b.axpby(area * std::size_t(g.c), 1, x, 1, dx); });
  }
  void adam(const std::string& name, std::size_t n) {
    auto *g = values(n), *m = values(n), *v = values(n), *w = values(n), *scalars = values(8);
    const Cpu b = b_;
    b.axpby(n, 0, v, 0, v);
    add(name, 0, [=] {
      float* const states[] = {m, v};
      b.update(update_formula<Adam>, n, {}, scalars, g, states, w);
    });
  }

  void print() {
    for (double start = now(); now() - start < 1.5 + 0.1 * double(cases_.size());)
      for (Case& c : cases_) {
        c.run();  // warm: what the case before left in the caches is not its own
        for (int again = 0; again < 3; ++again) {
          const double before = now();
          c.run();
          c.seconds.push_back(now() - before);
        }
      }
    const double fastest = peak();
    std::printf(
        "%d threads, peak %.0f GFLOP/s\n\n| operation | ms | best | GFLOP/s | of peak "
        "|\n|---|---|---|---|---|\n",
        b_.threads(), fastest);
    for (Case& c : cases_) {
      std::sort(c.seconds.begin(), c.seconds.end());
      const double median = c.seconds[c.seconds.size() / 2], speed = c.work / median * 1e-9;
      std::printf("| %s | %.3f | %.3f |", c.name.c_str(), median * 1e3, c.seconds.front() * 1e3);
      c.work > 0 ? std::printf(" %.0f | %.2f |\n", speed, speed / fastest) : std::printf(" | |\n");
    }
  }

 private:
  void add(std::string name, double work, std::function<void()> run) {
    if (name.find(filter_) != std::string::npos) cases_.push_back({std::move(name), work, std::move(run)});
  }
  float* values(std::size_t n) {
    buffers_.push_back(b_.uninitialized(n));
    for (float& v : buffers_.back()) v = static_cast<float>(random_.uniform() - 0.5);
    return buffers_.back().data();
  }
  float* twin(const float* x) {
    return values(std::find_if(buffers_.begin(), buffers_.end(), [x](const Buffer& b) {
                    return b.data() == x;
                  })->size());
  }
  // The micro-kernel on factors that fit into the first cache, by all threads.
  double peak() const {
    cpu::ThreadPool pool(b_.threads());
    constexpr long chunks = 128 / cpu::lanes, times = 4000;
    const double work = 2.0 * cpu::block * 128 * cpu::panel * times * b_.threads();
    double best = 0;
    for (int again = 0; again < 20; ++again) {
      const double before = now();
      pool.run(b_.threads(), [&](long, int) {
        alignas(64) float a[cpu::block * 128] = {}, p[128 * cpu::panel] = {}, c[cpu::block * cpu::panel];
        for (long k = 0; k < times; ++k) {
          cpu::products[cpu::block](a, cpu::block * cpu::lanes, p, c, cpu::panel, cpu::lanes, chunks, p, 0);
          asm volatile("" : : "r"(c) : "memory");  // so that the products are not left out
        }
      });
      best = std::max(best, work / (now() - before) * 1e-9);
    }
    return best;
  }

  Cpu b_;
  std::string filter_;
  Random random_{1};
  std::vector<Buffer> buffers_;
  std::vector<Case> cases_;
};

ConvGeometry same(int side, int c, int out_c, int kernel, int stride, int pad) {
  const int out = (side + 2 * pad - kernel) / stride + 1;
  return {1, side, side, c, out, out, out_c, kernel, stride, pad, pad};
}

void generator(Table& table, int side, int width) {
  const std::string at = "G(" + std::to_string(width) + ")@" + std::to_string(side) + " ";
  table.convolution(at + "first 7x7", same(side + 6, 3, width, 7, 1, 0));
  table.convolution(at + "down 1", same(side, width, 2 * width, 3, 2, 1));
  table.convolution(at + "down 2", same(side / 2, 2 * width, 4 * width, 3, 2, 1));
  table.convolution(at + "residual 3x3", same(side / 4 + 2, 4 * width, 4 * width, 3, 1, 0));
  table.convolution(at + "up 1", same(side / 2, 2 * width, 4 * width, 3, 2, 1), true);
  table.convolution(at + "up 2", same(side, width, 2 * width, 3, 2, 1), true);
  table.convolution(at + "last 7x7", same(side + 6, width, 3, 7, 1, 0));
  table.between(at + "in a block", {1, side / 4, side / 4, 4 * width, true, Activation::relu, 1});
  table.between(at + "at full size", {1, side, side, width, true, Activation::relu, 3});
}
void discriminator(Table& table, int side, int width) {
  const std::string at = "D(" + std::to_string(width) + ")@" + std::to_string(side) + " ";
  table.convolution(at + "1", same(side, 3, width, 4, 2, 1));
  table.convolution(at + "2", same(side / 2, width, 2 * width, 4, 2, 1));
  table.convolution(at + "3", same(side / 4, 2 * width, 4 * width, 4, 2, 1));
  table.convolution(at + "4", same(side / 8, 4 * width, 8 * width, 4, 1, 1));
  table.convolution(at + "5", same(side / 8 - 1, 8 * width, 1, 4, 1, 1));
}

}  // namespace

int main(int argc, char** argv) {
  Table table(argc > 1 ? std::atoi(argv[1]) : Cpu().threads(), argc > 2 ? argv[2] : "");
  for (auto [side, width] : {std::pair{64, 32}, {256, 64}}) {
    generator(table, side, width);
    discriminator(table, side, width);
  }
  table.adam("Adam, 2 M", 1'965'059);
  table.adam("Adam, 11 M", 11'378'179);
  table.print();
}
