// The formulas of activations, losses and optimisers that the backend has kernels for, in one list: nvcc
// compiles each of them for a device. For one of one's own, include its header here and name it in the list;
// its functions must be GUISE_FORMULA (backend/math.hpp).
#pragma once
#include <guise/backend/formula.hpp>
#include <guise/core/error.hpp>
#include <guise/loss/formulas.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/sgd.hpp>

#include <string>
#include <type_traits>

namespace guise::cuda {

struct Silu {  // x sigmoid(x)
  static constexpr const char* name = "silu";
  template <class T> GUISE_FORMULA static T value(T x) { return x * math::sigmoid(x); }
  template <class T> GUISE_FORMULA static T slope(T x, T y) {
    const T s = math::sigmoid(x);
    return s + y * (T(1) - s);
  }
};

template <class... Formulas> struct List {};
using Activations = List<Silu>;
using Losses = List<L1, L2, Charbonnier, BinaryCrossEntropyWithLogits, Margin, Linear, OneMinusQuotient>;
using Optimizers = List<Adam, AdamW, Sgd, RmsProp>;

// visit(std::type_identity<F>) with the formula that a table was made of.
template <class... F, class Table, class Visit>
void find(List<F...>, const char* kind, const Table& table, Visit visit) {
  const auto is = [&]<class One>(std::type_identity<One> formula) {
    if (table.identity != &formula_identity<One>) return false;
    visit(formula);
    return true;
  };
  if (!(is(std::type_identity<F>{}) || ...))
    throw Error("CUDA, the " + std::string(kind) + " " + table.name +
                ": a formula of one's own needs to be added to the list that nvcc compiles, "
                "guise/backend/cuda/formulas.cuh");
}

}  // namespace guise::cuda
