#include <guise/core/function_ref.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <utility>

using guise::FunctionRef;

static int twice(FunctionRef<int(int)> f, int x) { return f(f(x)); }
static int triple(int x) { return 3 * x; }

TEST_CASE("a FunctionRef calls what it refers to") {
  CHECK(twice([](int x) { return x + 2; }, 1) == 5);
  CHECK(twice(&triple, 2) == 18);

  int calls = 0;
  const auto count = [&calls](int x) { return ++calls, x; };
  twice(count, 0);
  CHECK(calls == 2);

  auto grows = [step = 0](int x) mutable { return x + ++step; };  // the callable itself, not a copy
  CHECK(twice(grows, 0) == 3);
  CHECK(grows(0) == 3);
}

TEST_CASE("copies of a FunctionRef refer to the same callable, arguments may be moved through") {
  int kept = 0;
  auto keep = [&kept](std::unique_ptr<int> p) { kept += *p; };
  const FunctionRef<void(std::unique_ptr<int>)> first(keep);
  const auto second = first;
  first(std::make_unique<int>(3));
  second(std::make_unique<int>(4));
  CHECK(kept == 7);
}
