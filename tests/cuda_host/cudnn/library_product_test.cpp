// library_product by cuDNN's graph interface against Reference; the library is the stand-in, the kernels run
// on the host. Every test plans anew: its geometries are of a size that no other test has.
#include "backend/convolutions.hpp"
#include "backend/values.hpp"
#include "stand_in.hpp"
#include <guise/backend/cuda/context.hpp>
#include <guise/backend/cuda/library_product.hpp>
#include <guise/backend/reference/products.hpp>

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using namespace guise;
using namespace guise::test;
using cuda::Precision;
using cuda::Role;
using cudnn_stand_in::state;

namespace {

std::size_t size_out(Role role, ConvGeometry g) {
  return role == Role::y ? floats_out(g) : role == Role::dx ? floats_in(g) : weights_of(g);
}

class OnDevice {  // `skip` floats behind an address of full alignment
 public:
  explicit OnDevice(const Values& values, std::size_t skip = 0) : size_(values.size()), skip_(skip) {
    void* at = nullptr;
    cuda::check(cudaMallocAsync(&at, (size_ + skip) * sizeof(float), nullptr), "memory");
    begin_ = static_cast<float*>(at);
    cuda::check(cudaMemcpyAsync(*this, values.data(), size_ * sizeof(float), cudaMemcpyHostToDevice, nullptr),
                "copy");
  }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;
  ~OnDevice() { cudaFreeAsync(begin_, nullptr); }
  operator float*() const { return begin_ + skip_; }
  Values values() const {
    Values host(size_);
    cuda::check(cudaMemcpyAsync(host.data(), *this, size_ * sizeof(float), cudaMemcpyDeviceToHost, nullptr),
                "copy");
    return host;
  }

 private:
  std::size_t size_, skip_;
  float* begin_;
};

struct Inputs {
  Values a, b, before;  // before: what `out` held
};
Inputs inputs(Role role, ConvGeometry g) {
  return {noise(role == Role::dx ? floats_out(g) : floats_in(g), 1),
          noise(role == Role::dw ? floats_out(g) : weights_of(g), 2), noise(size_out(role, g), 3)};
}
Values expected_by_reference(Role role, ConvGeometry g, const Inputs& in) {
  using P = reference::Products<float>;
  Values out = in.before;
  if (role == Role::y) P::conv(g, in.a.data(), in.b.data(), {}, out.data());
  if (role == Role::dx) P::conv_dx(g, in.a.data(), in.b.data(), {}, out.data());
  if (role == Role::dw) P::conv_dw(g, in.a.data(), in.b.data(), out.data());
  return out;
}
struct Answer {
  bool done;
  Values out;
};
Answer ask(Role role, ConvGeometry g, Precision precision, const cuda::Context& context, const Inputs& in,
           std::size_t skip_a = 0, std::size_t skip_b = 0, std::size_t skip_out = 0) {
  const OnDevice a(in.a, skip_a), b(in.b, skip_b), out(in.before, skip_out);
  const bool done = cuda::library_product(role, g, precision, context, a, b, out);
  return {done, out.values()};
}
Answer ask(Role role, ConvGeometry g, Precision precision, const Inputs& in, std::size_t skip_a = 0,
           std::size_t skip_b = 0, std::size_t skip_out = 0) {
  return ask(role, g, precision, cuda::Context(0), in, skip_a, skip_b, skip_out);
}

constexpr Role roles[] = {Role::y, Role::dx, Role::dw};

struct Fresh {  // the settings of the stand-in and of the machine, back at the end
  ~Fresh() {
    gpu::machine = {};
    const cudnn_stand_in::State as_it_starts;
    state().proposed = as_it_starts.proposed, state().fallback = as_it_starts.fallback;
    state().creation = as_it_starts.creation, state().execution = as_it_starts.execution;
  }
};
constexpr auto tensor_core = CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
constexpr auto by_chance = CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC;

}  // namespace

TEST_CASE("the three products") {
  const ConvGeometry cases[] = {geometry(1, 14, 15, 3, 32, 7, 1, 0), geometry(1, 13, 12, 20, 24, 3, 2, 1),
                                geometry(2, 10, 9, 16, 16, 3, 1, 0), geometry(2, 8, 8, 17, 33, 3, 1, 1),
                                geometry(1, 14, 13, 32, 3, 7, 1, 0), geometry(2, 16, 14, 3, 32, 4, 2, 1),
                                geometry(1, 9, 8, 8, 12, 4, 1, 1),   geometry(2, 6, 7, 64, 1, 4, 1, 1),
                                geometry(1, 1, 1, 5, 7, 1, 1, 0),    geometry(2, 3, 3, 1, 1, 3, 1, 1),
                                geometry(1, 7, 9, 8, 12, 1, 3, 0),   geometry(1, 5, 5, 12, 20, 5, 1, 4),
                                {2, 7, 7, 6, 4, 4, 9, 3, 2, 0, 0},  // zeros at the end alone
                                {1, 6, 7, 16, 3, 4, 34, 3, 2, 0, 1}, {1, 6, 6, 3, 5, 6, 20, 4, 1, 1, 2},
                                {3, 9, 12, 8, 9, 11, 16, 3, 1, 1, 0}};
  for (const ConvGeometry& g : cases)
    for (const Role role : roles) {
      CAPTURE(g.h);
      CAPTURE(g.w);
      CAPTURE(int(role));
      const Inputs in = inputs(role, g);
      const Answer answer = ask(role, g, Precision::float32, in);
      CHECK(answer.done);
      CHECK(difference(answer.out, expected_by_reference(role, g, in)) < 1e-6);
      CHECK(ask(role, g, Precision::float32, in).out == answer.out);  // the same bits
    }
}

TEST_CASE("padding is the same on both sides where that gives the output's size") {
  for (const Role role : roles) {
    ConvGeometry g = geometry(1, 18, 16, 2, 2, 3, 2, 1);  // the last row of zeros is met by no tap
    CHECK(ask(role, g, Precision::float32, inputs(role, g)).done);
    CHECK(state().padding == std::vector<std::int64_t>{1, 1, 1, 1});
    g = {1, 18, 17, 2, 9, 8, 2, 3, 2, 0, 0};
    CHECK(ask(role, g, Precision::float32, inputs(role, g)).done);
    CHECK(state().padding == std::vector<std::int64_t>{0, 0, 1, 0});
    g = {1, 18, 18, 2, 16, 17, 2, 3, 1, 0, 1};
    CHECK(ask(role, g, Precision::float32, inputs(role, g)).done);
    CHECK(state().padding == std::vector<std::int64_t>{0, 1, 0, 0});
  }
}

TEST_CASE("what would cut off input is declined, and nothing is written") {
  const ConvGeometry g{1, 19, 19, 2, 7, 7, 2, 3, 2, 1, 1};
  for (const Role role : roles) {
    const Inputs in = inputs(role, g);
    const Answer answer = ask(role, g, Precision::float32, in);
    CHECK_FALSE(answer.done);
    CHECK(answer.out == in.before);
  }
}

TEST_CASE("TF32 and bfloat16 are less exact, when they are asked for") {
  const Fresh fresh;
  state().proposed = {{5, {tensor_core}, 64, CUDNN_STATUS_SUCCESS}, {6, {}, 64, CUDNN_STATUS_SUCCESS}};
  const ConvGeometry g = geometry(2, 11, 10, 9, 7, 3, 1, 1);
  for (const Role role : roles) {
    const Inputs in = inputs(role, g);
    const Values expected = expected_by_reference(role, g, in);
    CHECK(difference(ask(role, g, Precision::float32, in).out, expected) < 1e-6);
    CHECK(state().engine == 6);
    const double tf32 = difference(ask(role, g, Precision::tf32, in).out, expected);
    CHECK(state().engine == 5);
    CHECK(tf32 > 1e-5);
    CHECK(tf32 < 1e-3);
    const double bf16 = difference(ask(role, g, Precision::bf16, in).out, expected);
    CHECK(state().engine == 5);
    CHECK(bf16 > 1e-4);
    CHECK(bf16 < 1e-2);
  }
}

TEST_CASE("bfloat16 is rounded to the nearest, and what is not a number stays so") {
  const ConvGeometry g = geometry(1, 1, 8, 1, 1, 1, 1, 0);
  Inputs in{{1.0f, 1.00390625f, 1.01171875f, 1.00391f, -2.99f, 3.4e38f, NAN, -0.0f}, {1}, Values(8)};
  const Values y = ask(Role::y, g, Precision::bf16, in).out;
  const float tie_down = 1.0f, tie_up = 1.015625f;  // to even
  CHECK(y[0] == 1.0f);
  CHECK(y[1] == tie_down);
  CHECK(y[2] == tie_up);
  CHECK(y[3] == 1.0078125f);
  CHECK(y[4] == -2.984375f);
  CHECK(std::isinf(y[5]));  // beyond the largest
  CHECK(std::isnan(y[6]));
  CHECK(y[7] == 0);
}

TEST_CASE("a plan is made once for each product, geometry and precision") {
  const ConvGeometry g = geometry(1, 21, 5, 2, 3, 3, 1, 1), taller = geometry(1, 22, 5, 2, 3, 3, 1, 1);
  const int before = state().plans;
  for (int turn = 0; turn < 3; ++turn)
    for (const Role role : roles) {
      CHECK(ask(role, g, Precision::float32, inputs(role, g)).done);
      CHECK(ask(role, g, Precision::tf32, inputs(role, g)).done);
      CHECK(ask(role, taller, Precision::float32, inputs(role, taller)).done);
    }
  CHECK(state().plans == before + 9);
}

TEST_CASE("engines that break a promise are passed over") {
  const Fresh fresh;
  gpu::machine.memory = std::size_t{64} << 20;  // less than the engine that wants too much
  const auto ok = CUDNN_STATUS_SUCCESS;
  state().proposed = {{1, {by_chance}, 0, ok},
                      {2, {CUDNN_NUMERICAL_NOTE_WINOGRAD, by_chance}, 0, ok},
                      {3, {CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS}, 0, ok},
                      {4, {CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION}, 0, ok},
                      {5, {tensor_core, by_chance}, 0, ok},
                      {6, {}, 0, CUDNN_STATUS_NOT_SUPPORTED},
                      {7, {}, 0, CUDNN_STATUS_INTERNAL_ERROR},
                      {8, {}, (std::int64_t{1} << 30) + 1, ok},
                      {9, {tensor_core}, 0, ok}};
  state().fallback = {{10, {by_chance}, 0, ok}, {11, {CUDNN_NUMERICAL_NOTE_WINOGRAD}, 4096, ok}};
  const ConvGeometry g = geometry(1, 6, 23, 3, 2, 3, 1, 1);
  for (const Role role : roles) {
    const Inputs in = inputs(role, g);
    CHECK(difference(ask(role, g, Precision::float32, in).out, expected_by_reference(role, g, in)) < 1e-6);
    CHECK(state().engine == 11);
    CHECK(ask(role, g, Precision::tf32, in).done);
    CHECK(state().engine == 9);
    CHECK(ask(role, g, Precision::bf16, in).done);
    CHECK(state().engine == 9);
  }
}

TEST_CASE("without an engine the answer is no, nothing is written, and it is not asked again") {
  const Fresh fresh;
  state().proposed = {{1, {by_chance}, 0, CUDNN_STATUS_SUCCESS},
                      {2, {}, 0, CUDNN_STATUS_INTERNAL_ERROR}};  // one that cannot be built is none
  const ConvGeometry g = geometry(1, 24, 6, 2, 2, 3, 1, 1);
  const int before = state().graphs, executions = state().executions;
  for (int turn = 0; turn < 2; ++turn)
    for (const Role role : roles) {
      const Inputs in = inputs(role, g);
      const Answer answer = ask(role, g, Precision::float32, in);
      CHECK_FALSE(answer.done);
      CHECK(answer.out == in.before);
    }
  CHECK(state().graphs == before + 3);
  CHECK(state().executions == executions);
}

TEST_CASE("tensors must be aligned, weights need not be") {
  const ConvGeometry g = geometry(1, 25, 4, 4, 4, 3, 1, 1);
  for (const Role role : roles) {
    const Inputs in = inputs(role, g);
    CHECK_FALSE(ask(role, g, Precision::float32, in, 1, 0, 0).done);
    const bool ends = role == Role::dw;  // b is a tensor, out are weights
    CHECK(ask(role, g, Precision::float32, in, 4, 1, 0).done == !ends);
    CHECK(ask(role, g, Precision::float32, in, 4, 0, 1).done == ends);
  }
}

TEST_CASE("work goes into the context's stream") {
  const cuda::Context one(0), other(0);
  const ConvGeometry g = geometry(1, 26, 4, 2, 2, 3, 1, 1);
  for (const cuda::Context* context : {&one, &other}) {
    CHECK(ask(Role::y, g, Precision::float32, *context, inputs(Role::y, g)).done);
    CHECK(state().stream == context->stream());
  }
}

TEST_CASE("a device's work is done by its own handle, whichever device the thread has used last") {
  const Fresh fresh;
  gpu::machine.devices = 2;
  {
    const cuda::Context second(1), first(0);
    const ConvGeometry g = geometry(1, 32, 4, 2, 2, 3, 1, 1);
    for (const cuda::Context* context : {&second, &first, &second}) {
      CHECK(ask(Role::y, g, Precision::float32, *context, inputs(Role::y, g)).done);
      CHECK(state().stream == context->stream());
    }
  }
  cuda::check(cudaSetDevice(0), "the only device");
}

TEST_CASE("all room is given back") {
  const auto left = [] {
    std::size_t free = 0, all = 0;
    cuda::check(cudaMemGetInfo(&free, &all), "the free memory");
    return free;
  };
  const std::size_t before = left();
  const ConvGeometry g = geometry(1, 30, 4, 2, 2, 3, 1, 1);
  for (const Role role : roles)
    for (const Precision precision : {Precision::float32, Precision::bf16})
      CHECK(ask(role, g, precision, inputs(role, g)).done);
  CHECK(left() == before);
}

TEST_CASE("failures are one line") {
  const Fresh fresh;
  const auto message = [](ConvGeometry g) -> std::string {
    try {
      ask(Role::y, g, Precision::float32, inputs(Role::y, g));
    } catch (const Error& error) { return error.what(); }
    return "";
  };
  state().proposed = {{1, {}, 0, CUDNN_STATUS_SUCCESS}};
  state().execution = CUDNN_STATUS_EXECUTION_FAILED;
  CHECK(message(geometry(1, 28, 3, 1, 1, 3, 1, 1)) == "cuDNN, a convolution: status 5000 as the test asked");
  state().execution = CUDNN_STATUS_SUCCESS;
  CHECK(message(geometry(1, 28, 3, 1, 1, 3, 1, 1)) == "");
}

TEST_CASE("each thread has a handle of its own and leaves nothing behind") {
  const std::size_t before = state().descriptors;
  const ConvGeometry g = geometry(1, 29, 3, 1, 1, 3, 1, 1);
  std::thread([&] { CHECK(ask(Role::y, g, Precision::float32, inputs(Role::y, g)).done); }).join();
  CHECK(state().descriptors == before);

  const Fresh fresh;
  state().creation = CUDNN_STATUS_NOT_INITIALIZED;
  std::string what;
  std::thread([&] {
    try {
      ask(Role::y, g, Precision::float32, inputs(Role::y, g));
    } catch (const Error& error) { what = error.what(); }
  }).join();
  CHECK(what == "cuDNN, a handle: status 1001 as the test asked");
}
