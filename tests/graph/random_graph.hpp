// Random networks of every operation: small enough to be run in no time, wild enough that values are read by many,
// by the same node twice, or by nobody.
#pragma once
#include <guise/core/random.hpp>
#include <guise/graph/shapes.hpp>
#include <guise/layer/activated.hpp>
#include <guise/layer/custom.hpp>

#include <algorithm>
#include <vector>

namespace guise::testing {

struct Mish {
  static constexpr const char* name = "mish";
  template <class T> static T value(T x) { return x * math::tanh(math::softplus(x)); }
  template <class T> static T slope(T x, T) {
    const T t = math::tanh(math::softplus(x));
    return t + x * (T(1) - t * t) * math::sigmoid(x);
  }
};

// y = w x + x^2 / 10: one parameter for each of two channels, backward reads the operand.
struct Curved : CustomDefaults {
  static constexpr const char* name = "curved";
  static constexpr int channels = 2;
  static constexpr std::array<TensorSpec, 1> tensors{{{"weight", {2, 1, 1, 1}, 1, Initializer::one}}};
  static constexpr bool reads_memory = true;
  template <class T> static void forward(const CustomCall<T>& c) {
    for (std::size_t k = 0; k < floats(c); ++k)
      c.y[k] = c.parameters[k % 2] * c.xa[k] + c.xa[k] * c.xa[k] / 10;
  }
  template <class T> static void backward(const CustomCall<T>& c) {
    for (std::size_t k = 0; k < floats(c); ++k) {
      if (c.da) c.da[k] = c.dy[k] * (c.parameters[k % 2] + c.xa[k] / 5);
      if (c.gradients) c.gradients[k % 2] += c.dy[k] * c.xa[k];
    }
  }
  template <class T> static std::size_t floats(const CustomCall<T>& c) {
    return static_cast<std::size_t>(c.n) * c.a.floats();
  }
};

// y = tanh(a + 2 b): two operands, backward reads the result alone and needs scratch, as forward does.
struct Saturated : CustomDefaults {
  static constexpr const char* name = "saturated";
  static constexpr bool reads_operands = false, reads_result = true;
  static constexpr std::size_t scratch(Shape a, Shape) { return a.floats(); }
  template <class T> static void forward(const CustomCall<T>& c) {
    const std::size_t n = static_cast<std::size_t>(c.n) * c.a.floats();
    c.operations.copy(n, c.xa, c.scratch);
    c.operations.axpby(n, 2, c.xb, 1, c.scratch);
    c.operations.pointwise(Activation::tanh, n, c.scratch, c.y);
  }
  template <class T> static void backward(const CustomCall<T>& c) {
    const std::size_t n = static_cast<std::size_t>(c.n) * c.a.floats();
    c.operations.pointwise_dx(Activation::tanh, n, nullptr, c.y, c.dy, c.scratch);
    if (c.da) c.operations.copy(n, c.scratch, c.da);
    if (c.db) c.operations.axpby(n, 2, c.scratch, 0, c.db);
  }
};

class RandomGraph {
 public:
  RandomGraph(std::uint64_t seed, Shape in) : random_(seed), in_(in) {
    const int steps = 3 + below(16);
    for (int k = 0; k < steps; ++k) {
      const Inside part(graph, k);
      step();
    }
    const Inside part(graph, steps);
    if (graph.channels() == 0) conv(pick());  // somebody has to say how many channels the input has
  }
  Graph graph;

 private:
  int below(int n) { return static_cast<int>(random_.below(static_cast<std::uint64_t>(n))); }
  // Mostly the last value, so that most of them are on the way to the output.
  Value pick() { return below(4) ? graph.output() : below(graph.output() + 1); }
  Shape shape(Value v) const { return shapes(graph, in_)[static_cast<std::size_t>(v)]; }
  double epsilon() { return below(2) ? 1e-2 : 3e-2; }
  Activation activation() {
    const Activation all[] = {Activation::relu, Activation::leaky_relu, {Activation::leaky_relu, 0.4},
                              Activation::tanh, Activation::sigmoid,    Activation::of<Mish>()};
    return all[below(6)];
  }
  Value partner(Value x, bool alike) {  // another value of the same sides, and of the same channels
    std::vector<Value> found;
    const Shape s = shape(x);
    for (Value v = 0; v <= graph.output(); ++v)
      if (const Shape t = shape(v); t.h == s.h && t.w == s.w && (!alike || t.c == s.c)) found.push_back(v);
    return found[static_cast<std::size_t>(below(static_cast<int>(found.size())))];
  }
  Value conv(Value x) {
    const Shape s = shape(x);
    const int side = std::min(s.h, s.w);
    Window w{.in = s.c, .out = 1 + below(4), .kernel = 1 + below(4), .stride = 1 + below(2)};
    w.pad = below(2), w.same = below(4) == 0, w.bias = below(3) != 0;
    w.transposed = std::max(s.h, s.w) < 8 && below(3) == 0;
    if (w.same) w.pad = 0;
    if (w.transposed && !w.same) w.output_pad = w.stride == 2 ? below(2) : 0;
    const bool fits = w.same         ? !w.transposed || w.kernel >= w.stride
                      : w.transposed ? (side - 1) * w.stride - 2 * w.pad + w.kernel > 0
                                     : side + 2 * w.pad >= w.kernel;
    w.spectral_norm = !w.transposed && below(3) == 0;
    if (!fits) w = {.in = s.c, .out = w.out};
    return graph.conv(x, w);
  }
  void step() {
    const Value x = pick();
    const Shape s = shape(x);
    const int side = std::min(s.h, s.w), longest = std::max(s.h, s.w);
    switch (below(20)) {
      case 0:
      case 1:
      case 2:
        return void(conv(x));
      case 3:
        return void(graph.depthwise(x, {.in = s.c,
                                        .out = s.c,
                                        .kernel = 3,
                                        .stride = side < 4 ? 1 : 1 + below(2),
                                        .pad = 1,
                                        .bias = below(2) == 0}));
      case 4:
      case 5:
      case 6:
        if (side < 3) return;
        return void(graph.instance_norm(x, s.c, below(3) == 0, epsilon()));
      case 7:
        if (side < 3) return;
        return void(graph.batch_norm(x, s.c, epsilon()));
      case 8:
      case 9:
      case 10:
        return void(graph.activation(x, activation()));
      case 11:
        if (side < 3 || longest > 10) return;
        return void(graph.reflect(x, 1 + below(2)));
      case 12:
        return void(graph.add(x, partner(x, true)));
      case 13: {
        const Value y = partner(x, false);
        if (s.c + shape(y).c <= 8) graph.concat(x, y);
        return;
      }
      case 14:
        return void(graph.dropout(x, 0.1 + 0.1 * below(5)));
      case 15: {
        if (below(2)) return void(graph.multiply(x, partner(x, true)));
        const bool pixels = below(2), channels = !pixels || below(2);
        return void(graph.multiply(
            x, graph.activation(graph.reduce(x, pixels, channels, true), Activation::sigmoid)));
      }
      case 16:
        if (side > 2 && below(3) == 0)
          graph.add(graph.reduce(x, true, false, below(2)), graph.reduce(x, true, false, true));
        return;
      case 17:
        if (below(2) && longest < 8)
          return void(graph.resample(x, below(2) ? Filter::nearest_up : Filter::bilinear_up, 2));
        if (side > 2) graph.resample(x, below(2) ? Filter::blur_down : Filter::average_pool, 2);
        return;
      case 18:
        if (below(2) && side > 3) return void(graph.max_pool(x, 2));
        if (s.c < 6) graph.pad_channels(x, s.c, s.c + 1 + below(2));
        return;
      default:
        if (s.c == 2 && below(2)) return void(custom<Curved>(graph, x));
        return void(custom<Saturated>(graph, x, partner(x, true)));
    }
  }

  Random random_;
  Shape in_;
};

}  // namespace guise::testing
