#include "stand_in_product.hpp"

#include <cmath>
#include <cstring>

namespace cudnn_stand_in {
namespace {

float number(const Tensor& t, const void* at, std::size_t k, bool tf32) {
  std::uint32_t bits;
  if (t.type == CUDNN_DATA_FLOAT) {
    std::memcpy(&bits, static_cast<const char*>(at) + 4 * k, 4);
    if (tf32) bits = (bits + 0x1000u) & ~0x1fffu;
  } else {
    std::uint16_t half;
    std::memcpy(&half, static_cast<const char*>(at) + 2 * k, 2);
    bits = std::uint32_t(half) << 16;
  }
  float v;
  std::memcpy(&v, &bits, 4);
  return v;
}
void put(const Tensor& t, void* at, std::size_t k, double sum) {
  const float v = float(sum);
  std::uint32_t bits;
  std::memcpy(&bits, &v, 4);
  if (t.type == CUDNN_DATA_FLOAT) {
    std::memcpy(static_cast<char*>(at) + 4 * k, &bits, 4);
  } else {
    const auto half = std::uint16_t(std::isnan(v) ? 0x7fc0u : (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
    std::memcpy(static_cast<char*>(at) + 2 * k, &half, 2);
  }
}
}  // namespace

void compute(const Operation& p, bool tf32, void* x, void* w, void* y) {
  const Tensor& written = p.writes == Writes::y ? p.y : p.writes == Writes::dx ? p.x : p.w;
  std::vector<double> sums(written.size());
  for (std::int64_t n = 0; n < p.y.n; ++n)
    for (std::int64_t r = 0; r < p.y.h; ++r)
      for (std::int64_t q = 0; q < p.y.w; ++q)
        for (std::int64_t t = 0; t < p.w.h * p.w.w; ++t) {
          const std::int64_t a = r * p.stride[0] - p.before[0] + t / p.w.w,
                             b = q * p.stride[1] - p.before[1] + t % p.w.w;
          if (a < 0 || a >= p.x.h || b < 0 || b >= p.x.w) continue;
          for (std::int64_t o = 0; o < p.y.c; ++o)
            for (std::int64_t i = 0; i < p.x.c; ++i) {
              const auto at_x = std::size_t(((n * p.x.h + a) * p.x.w + b) * p.x.c + i),
                         at_w = std::size_t((o * p.w.h * p.w.w + t) * p.w.c + i),
                         at_y = std::size_t(((n * p.y.h + r) * p.y.w + q) * p.y.c + o);
              const auto from = [&](const Tensor& tensor, const void* at, std::size_t k) {
                return double(number(tensor, at, k, tf32));
              };
              if (p.writes == Writes::y) sums[at_y] += from(p.x, x, at_x) * from(p.w, w, at_w);
              if (p.writes == Writes::dx) sums[at_x] += from(p.y, y, at_y) * from(p.w, w, at_w);
              if (p.writes == Writes::dw) sums[at_w] += from(p.x, x, at_x) * from(p.y, y, at_y);
            }
        }
  void* const to = p.writes == Writes::y ? y : p.writes == Writes::dx ? x : w;
  for (std::size_t k = 0; k < sums.size(); ++k) put(written, to, k, sums[k]);
}

}  // namespace cudnn_stand_in
