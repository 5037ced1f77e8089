// A described network held against a golden file: what it infers, and its pass forward and back.
#pragma once
#include "golden.hpp"
#include <guise/testing/gradient_check.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

namespace guise::testing {

// Tensors are called CASE.NAME, gradients CASE.dNAME; without `back` only what is inferred is compared.
template <class On>
void check_network(const Golden& golden, const std::string& name, const Graph& graph, bool back = true) {
  using B = typename On::Backend;
  static constexpr double tolerance = On::tolerance(2e-5);
  INFO(name);
  const auto named = [&](std::string prefix) {
    return [=](const std::string& p) { return name + "." + prefix + p; };
  };
  Network<X, Y, Described, B, typename On::Form> net(graph, 1);
  const auto set = [&](typename B::Buffer& buffer, const auto& table) {
    const auto values = golden.flat(table, buffer.size(), named(""));
    net.backend().upload(values.size(), values.data(), buffer.data());
  };
  const auto error = [&](const char* of, const typename B::Buffer& floats) {
    return golden.error(name + "." + of, on_host(net.backend(), floats));
  };
  set(net.parameters(), net.table());
  set(net.statistics(), net.statistics_table());
  const auto x = golden.batch<X, B>(name + ".x");
  CHECK(error("y_inferred", net.infer(x).data) < tolerance);
  if (!back) return;
  auto gradients = net.gradients();
  auto [y, tape] = net.forward(x);
  const auto dx = net.backward(std::move(tape), golden.batch<Tangent<Y>, B>(name + ".dy"), gradients);
  CHECK(error("y", y.data) < tolerance);
  CHECK(error("dx", dx.data) < tolerance);
  CHECK(golden.error(net.table(), on_host(net.backend(), gradients.floats), named("d")) < tolerance);
}

// Names of a case's state dict, in its order: of parameters, or of running statistics.
inline std::vector<std::string> state_dict_names(const std::string& file, const std::string& of,
                                                 bool running) {
  std::vector<std::string> all;
  const auto path = std::filesystem::path(GUISE_GOLDEN_DIR) / (file + ".safetensors");
  for (const auto& [name, tensor] : read_safetensors(path).tensors)
    if ((name.starts_with(of + ".model.") || name.starts_with(of + ".net.")) &&
        (name.find(".running_") != name.npos) == running)
      all.push_back(name.substr(of.size() + 1));
  return all;
}
inline std::vector<std::string> table_names(std::span<const Parameter> table) {
  std::vector<std::string> all;
  for (const Parameter& p : table) all.emplace_back(p.name);
  return all;
}

}  // namespace guise::testing
