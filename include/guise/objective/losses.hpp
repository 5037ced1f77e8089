// The losses of one training step under the names of the PyTorch reference: G_A translates A to B, D_A judges
// pictures of B, cycle_A compares G_B(G_A(a)) with a, idt_A compares G_A(b) with b. Weights are in them; the
// discriminators' are the mean of their real and fake halves.
#pragma once
#include <guise/core/error.hpp>

#include <array>
#include <cmath>
#include <string>
#include <string_view>

namespace guise {

struct Losses {
  float D_A = 0, G_A = 0, cycle_A = 0, idt_A = 0, D_B = 0, G_B = 0, cycle_B = 0, idt_B = 0;

  static constexpr std::array<std::string_view, 8> names{"D_A", "G_A", "cycle_A", "idt_A",
                                                         "D_B", "G_B", "cycle_B", "idt_B"};
  constexpr std::array<float, 8> values() const {
    return {D_A, G_A, cycle_A, idt_A, D_B, G_B, cycle_B, idt_B};
  }
  float operator[](std::string_view name) const {  // throws Error on another name
    for (std::size_t k = 0; k < names.size(); ++k)
      if (names[k] == name) return values()[k];
    throw Error("no loss is called " + std::string(name) + ": expected D_A, G_A, cycle_A, idt_A, D_B, ...");
  }
  bool finite() const {
    for (float value : values())
      if (!std::isfinite(value)) return false;
    return true;
  }
};

}  // namespace guise
