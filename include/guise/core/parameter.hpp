// The table of a network's parameters: for each its name, shape and place in the one flat buffer. Names,
// order and axis order are those of the PyTorch reference (models/networks.py); all of it is constexpr.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

namespace guise {

class Name {  // a string that a constant can hold
 public:
  constexpr Name() = default;
  constexpr Name(const char* s) { append(s); }
  constexpr Name(std::string_view s) { append(s); }
  constexpr Name operator+(std::string_view s) const {
    Name sum = *this;
    sum.append(s);
    return sum;
  }
  constexpr Name operator+(int k) const {
    const char digit = static_cast<char>('0' + k % 10);
    return (k > 9 ? *this + k / 10 : *this) + std::string_view(&digit, 1);
  }
  constexpr operator std::string_view() const { return {text_.data(), length_}; }

 private:
  constexpr void append(std::string_view s) {
    for (char c : s) text_[length_++] = c;  // too long is an error in a constant expression
  }
  std::array<char, 64> text_{};
  std::size_t length_ = 0;
};

enum class Initializer { normal, near_one, zero, one };  // N(0, 0.02), N(1, 0.02), 0, 1

struct Parameter {
  Name name{};
  std::array<int, 4> shape{};  // as PyTorch stores it; only the first `rank` count
  int rank = 0;
  std::size_t offset = 0, floats = 0;
  Initializer initializer = Initializer::zero;
};

class ParameterList {  // writes the table
 public:
  constexpr explicit ParameterList(Parameter* first) : next_(first) {}
  template <std::size_t Rank>
  constexpr void add(Name name, const int (&shape)[Rank], Initializer initializer) {
    Parameter p{name, {1, 1, 1, 1}, static_cast<int>(Rank), offset_, 1, initializer};
    for (std::size_t k = 0; k < Rank; ++k) {
      p.shape[k] = shape[k];
      p.floats *= static_cast<std::size_t>(shape[k]);
    }
    offset_ += p.floats;
    *next_++ = p;
  }

 private:
  Parameter* next_;
  std::size_t offset_ = 0;
};

}  // namespace guise
