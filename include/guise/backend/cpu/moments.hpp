// Moments: of every block of rows the mean and the centred squares, [block][2][c], then those of all blocks, in double
// precision and in a fixed order, so that the result depends neither on the number of threads nor on how many blocks
// are in memory at a time.
#pragma once
#include <guise/backend/cpu/context.hpp>
#include <guise/backend/cpu/vector.hpp>

#include <cmath>
#include <vector>

namespace guise::cpu {

// The sum over some rows of value(row), in their order.
template <class F> GUISE_INLINE Vector sum_rows(long count, F value) {
  Vector total{};
  for (long row = 0; row < count; ++row) total += value(row);
  return total;
}

// The moments of `count` rows of c values from channel k on, a row every `pitch`.
template <class Some>
GUISE_INLINE void block_moments(const float* x, long pitch, long count, int c, long k, Some some,
                                float* out) {
  const float* at = x + k;
  const Vector origin = load(at, some);  // sums of differences stay small
  const auto past = [&](long row) __attribute__((always_inline)) {
    return load(at + row * pitch, some) - origin;
  };
  const Vector mean = origin + sum_rows(count, past) * (1.f / static_cast<float>(count));
  const auto square = [&](long row) __attribute__((always_inline)) {
    const Vector d = load(at + row * pitch, some) - mean;
    return d * d;
  };
  store(out + k, mean, some);
  store(out + c + k, sum_rows(count, square), some);
}
inline void block_moments(const float* x, long pitch, long count, int c, float* out) {
  sweep(
      0, c, [&](long k, auto some) __attribute__((always_inline)) {
        block_moments(x, pitch, count, c, k, some, out);
      });
}

// The sums of some channels over blocks, one after the other, in double precision: `add_means` for all blocks, then
// `divide`, then `add_squares` for all blocks. Rows of c values are read from `at`, two for each block.
class BlockSums {
 public:
  static constexpr int together = lanes / 2;  // channels

  BlockSums(int c, long first)
      : c_(c), first_(first), count_(static_cast<std::size_t>(std::min<long>(together, c - first))) {}

  void add_means(const float* at, long begin, long end, FunctionRef<long(long)> size) {
    for (long b = begin; b < end; ++b, at += 2 * c_) mean_ += static_cast<double>(size(b)) * read(at);
  }
  void divide(long area) { mean_ /= static_cast<double>(area); }
  void add_squares(const float* at, long begin, long end, FunctionRef<long(long)> size) {
    for (long b = begin; b < end; ++b, at += 2 * c_) {
      const Doubles d = read(at) - mean_;
      squares_ += read(at + c_) + static_cast<double>(size(b)) * d * d;
    }
  }
  void write(long area, double epsilon, float* stats) const {
    for (std::size_t k = 0; k < count_; ++k) {
      float* to = stats + 2 * first_ + 2 * k;
      to[0] = static_cast<float>(mean_[k]);
      to[1] = static_cast<float>(1 / std::sqrt(squares_[k] / static_cast<double>(area) + epsilon));
    }
  }

 private:
  using Floats [[gnu::vector_size(together * sizeof(float))]] = float;
  using Doubles [[gnu::vector_size(together * sizeof(double))]] = double;

  Doubles read(const float* at) const {
    Floats v{};
    count_ == together ? std::memcpy(&v, at + first_, sizeof v)
                       : std::memcpy(&v, at + first_, count_ * sizeof(float));
    return __builtin_convertvector(v, Doubles);
  }

  int c_;
  long first_;
  std::size_t count_;
  Doubles mean_{}, squares_{};
};

// stats (n, c, 2) from the blocks' moments; size(k) is how many rows the k-th block of a sample has.
inline void finish_moments(Context& context, int n, int c, long area, double epsilon, long blocks,
                           FunctionRef<long(long)> size, const float* moments, float* stats) {
  const long groups = how_many(c, BlockSums::together);
  context.run(n * groups, blocks * BlockSums::together, [&](long task, int) {
    const long sample = task / groups;
    const float* at = moments + sample * blocks * 2 * c;
    BlockSums sums(c, task % groups * BlockSums::together);
    sums.add_means(at, 0, blocks, size);
    sums.divide(area);
    sums.add_squares(at, 0, blocks, size);
    sums.write(area, epsilon, stats + sample * 2 * c);
  });
}

// The same of one sample whose blocks are read a part at a time, twice from the first to the last: read(begin, end),
// which may use the context itself, for that is only taken where tasks are run.
using RunTasks = FunctionRef<void(long tasks, FunctionRef<void(long, int)>)>;
inline void finish_moments(RunTasks run, int c, long area, double epsilon, long blocks, long together,
                           FunctionRef<long(long)> size, FunctionRef<const float*(long, long)> read,
                           float* stats) {
  std::vector<BlockSums> groups;
  for (long first = 0; first < c; first += BlockSums::together) groups.emplace_back(c, first);
  const auto each = [&](auto f) {
    run(static_cast<long>(groups.size()), [&](long task, int) { f(groups[static_cast<std::size_t>(task)]); });
  };
  const auto parts = [&](auto add) {
    for (long begin = 0, end; begin < blocks; begin = end) {
      end = std::min(blocks, begin + together);
      const float* at = read(begin, end);
      each([&](BlockSums& sums) { add(sums, at, begin, end); });
    }
  };
  parts(
      [&](BlockSums& sums, const float* at, long begin, long end) { sums.add_means(at, begin, end, size); });
  each([&](BlockSums& sums) { sums.divide(area); });
  parts([&](BlockSums& sums, const float* at, long begin, long end) {
    sums.add_squares(at, begin, end, size);
  });
  each([&](BlockSums& sums) { sums.write(area, epsilon, stats); });
}

inline long moment_blocks(long area) { return how_many(area, 128); }  // of a sample
// Of the blocks [from, to) of every sample; x: of the first of them, where it is of one sample.
inline void block_moments(Context& context, int n, long area, int c, long from, long to, const float* x,
                          float* sums) {
  const long blocks = moment_blocks(area), origin = begin_of(from, blocks, area);
  context.pool.run(n * (to - from), [&](long task, int) {
    const long k = from + task % (to - from), first = begin_of(k, blocks, area),
               count = begin_of(k + 1, blocks, area) - first;
    block_moments(x + (task / (to - from) * area + first - origin) * c, c, count, c, sums + task * 2 * c);
  });
}
inline void moments(Context& context, int n, long area, int c, double epsilon, const float* x, float* stats) {
  const long blocks = moment_blocks(area);
  float* sums = context.partial.at_least(n * blocks * 2 * c);
  block_moments(context, n, area, c, 0, blocks, x, sums);
  const auto size = [&](long k) { return begin_of(k + 1, blocks, area) - begin_of(k, blocks, area); };
  finish_moments(context, n, c, area, epsilon, blocks, size, sums, stats);
}

}  // namespace guise::cpu
