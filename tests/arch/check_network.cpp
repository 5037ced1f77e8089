#include "arch/check_network.hpp"

#include <doctest/doctest.h>

namespace guise::testing {

namespace {

template <class Domain, class B> Batch<Domain, B> counted(int side, long seed) {
  Batch<Domain, B> batch{1, {3, side, side}};
  std::vector<float> values(batch.data.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    const long at = static_cast<long>(k);
    values[k] = static_cast<float>((at * at % 4093 * at + seed * at) % 4093 - 2046) / 2048;
  }
  batch.backend.upload(values.size(), values.data(), batch.data.data());
  return batch;
}

}  // namespace

template <class On> void check_network(const NetworkCase& of) {
  using B = typename On::Backend;
  static constexpr double tolerance = On::tolerance(2e-5);
  INFO(of.name);
  const auto named = [&](std::string prefix) {
    return [&of, prefix](const std::string& p) { return of.name + "." + prefix + p; };
  };
  Network<X, Y, Described, B, typename On::Form> net(of.graph, 1);
  const auto set = [&](typename B::Buffer& buffer, const auto& table) {
    const auto values = of.golden.flat(table, buffer.size(), named(""));
    net.backend().upload(values.size(), values.data(), buffer.data());
  };
  const auto error = [&](const char* what, const typename B::Buffer& floats) {
    std::vector<float> some;
    const auto all = on_host(net.backend(), floats);
    for (std::size_t k = 0; k < all.size(); k += of.every) some.push_back(all[k]);
    return of.golden.error(of.name + "." + what, some);
  };
  set(net.parameters(), net.table());
  set(net.statistics(), net.statistics_table());
  const auto x = of.side ? counted<X, B>(of.side, 1) : of.golden.batch<X, B>(of.name + ".x");
  CHECK(error("y_inferred", net.infer(x).data) < tolerance);
  if (!of.back) return;
  auto gradients = net.gradients();
  auto [y, tape] = net.forward(x);
  const auto dy =
      of.side ? counted<Tangent<Y>, B>(of.side, 2) : of.golden.batch<Tangent<Y>, B>(of.name + ".dy");
  const auto dx = net.backward(std::move(tape), dy, gradients);
  CHECK(error("y", y.data) < tolerance);
  CHECK(error("dx", dx.data) < tolerance);
  CHECK(of.golden.error(net.table(), on_host(net.backend(), gradients.floats), named("d")) < tolerance);
}

template void check_network<On<Reference<double>, Plain>>(const NetworkCase&);
template void check_network<On<Reference<double>, Fused>>(const NetworkCase&);
template void check_network<On<Reference<float>, Plain>>(const NetworkCase&);
template void check_network<On<Reference<float>, Fused>>(const NetworkCase&);
template void check_network<On<Cpu, Plain>>(const NetworkCase&);
template void check_network<On<Cpu, Fused>>(const NetworkCase&);
template void check_network<On<EigenCpu<float>, Fused>>(const NetworkCase&);
#ifndef GUISE_UNDER_SANITIZERS
template void check_network<On<EigenCpu<double>, Plain>>(const NetworkCase&);
#endif

}  // namespace guise::testing
