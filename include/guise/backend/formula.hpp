// A formula as a backend is told of it: a constant table of its name and of loops over host memory, by
// scalars and by the vectors of Cpu. make_formula.hpp makes the tables from structs of scalar formulas; a
// backend that is not the host's knows some of the structs and tells them by `identity`.
#pragma once
#include <guise/core/compiler.hpp>

#include <cstddef>
#include <type_traits>

namespace guise {

// Of one struct the same address in every part of a program, whichever compiler has seen it.
template <class Formula> inline constexpr char formula_identity = 0;

template <template <class> class Loops> struct FormulaTable {
  const char* name = nullptr;
  const void* identity = nullptr;
  Loops<float> floats{};
  Loops<double> doubles{};
  Loops<float> vectors{};  // as floats, by Cpu's vectors

  template <class T> constexpr const Loops<T>& loops() const {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                  "formulas are compiled for float and double");
    if constexpr (std::is_same_v<T, float>)
      return floats;
    else
      return doubles;
  }
};

template <class T> struct PointwiseLoops {
  void (*value)(std::size_t n, const T* x, T* y) = nullptr;
  void (*slope)(std::size_t n, const T* x, const T* y, const T* dy, T* dx) = nullptr;  // dx = dy slope(x, y)
};
struct PointwiseFormula : FormulaTable<PointwiseLoops> {};

// The sum of value(x, t), where t is the target's value or, where that is null, the constant; and
// dx = each slope(x, t).
template <class T> struct MeanLoops {
  double (*sum)(std::size_t n, T each, const T* x, const T* target, T constant, T* dx) = nullptr;
};
struct MeanFormula : FormulaTable<MeanLoops> {};

// Updates states and w from g, and leaves g zero.
template <class T> struct UpdateLoops {
  void (*update)(std::size_t n, const T* scalars, T* g, T* const* states, T* w) = nullptr;
};
struct UpdateFormula : FormulaTable<UpdateLoops> {
  std::size_t states = 0, scalars = 0;  // how many
};

}  // namespace guise
