// The fingerprint of a network: 16 hexadecimal digits of all that its graph computes besides the numbers in its tensors
// (operations and what they read, windows, activations with their slopes and the names of formulas, epsilons). Networks of
// different layers may have tensors of the same names and shapes; a weights file notes the fingerprint of the network that
// saved it (io/weights/weights.hpp), so that it is not read as another.
//
// A type and the graph that describes the same at run time have one fingerprint, on every platform. Dropout does not
// count, for translations do without it, nor do names. A member that a later Node has besides is added only where it is
// not what it is in networks of today: else every file would be refused.
#pragma once
#include <guise/backend/formula.hpp>
#include <guise/graph/graph.hpp>

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace guise {

namespace detail {

class Fingerprint {  // FNV-1a, of 64 bits
 public:
  void add(std::uint64_t word) {
    for (int k = 0; k < 8; ++k) add_byte(static_cast<unsigned char>(word >> (8 * k)));
  }
  void add(int number) { add(static_cast<std::uint64_t>(std::int64_t{number})); }
  void add(double number) { add(std::bit_cast<std::uint64_t>(number)); }
  void add(std::string_view text) {
    add(std::uint64_t{text.size()});
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
  }
  void add(const Activation& f) {
    add(int{f.kind}), add(f.slope);
    if (f.formula) add(std::string_view(f.formula->name));
  }
  void add(const Window& w) {
    for (const int number : {w.in, w.out, w.kernel, w.stride, w.pad, w.output_pad}) add(number);
    for (const bool is : {w.transposed, w.same, w.bias, w.spectral_norm}) add(int{is});
  }
  void add(const Node& node) {
    add(int{static_cast<unsigned char>(node.op)}), add(node.channels);
    add(int{node.prologue.normalize}), add(node.prologue.activation);
    add(node.prologue.reflect), add(node.prologue.epsilon);
    add(node.window), add(int{node.of_batch});
    add(static_cast<int>(node.filter)), add(node.factor);
    for (const bool is : {node.pixels, node.over_channels, node.mean}) add(int{is});
    if (node.custom) add(std::string_view(node.custom->name));
  }
  std::string text() const {
    std::string digits;
    for (int k = 60; k >= 0; k -= 4) digits += "0123456789abcdef"[(sum_ >> k) & 15];
    return digits;
  }

 private:
  void add_byte(unsigned char byte) { sum_ = (sum_ ^ byte) * 0x100000001b3u; }
  std::uint64_t sum_ = 0xcbf29ce484222325u;
};

}  // namespace detail

// Of a graph as it is written (Runner::graph), not fused.
inline std::string fingerprint(const Graph& g) {
  detail::Fingerprint sum;
  std::vector<Value> number{
      0};  // of each value while dropouts are left out: theirs is that of what they read
  Value last = 0;
  const auto at = [&](Value v) { return v < 0 ? v : number[static_cast<std::size_t>(v)]; };
  for (std::size_t k = 1; k < g.nodes.size(); ++k) {
    const Node& node = g.nodes[k];
    if (node.op == Op::dropout) {
      number.push_back(at(node.a));
      continue;
    }
    sum.add(node), sum.add(at(node.a)), sum.add(at(node.b));
    number.push_back(++last);
  }
  return sum.text();
}

}  // namespace guise
