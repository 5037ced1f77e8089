// Weights as float16 and bfloat16, files of several types, and what a type cannot hold.
#include "few_bits.hpp"
#include <guise/io/weights/number_types.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>

using namespace guise;
using namespace guise::testing;

TEST_CASE("float16 is the nearest half, of two the even one") {
  using safetensors::from_half, safetensors::to_half;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = from_half(half);
    if (std::isnan(value)) continue;
    REQUIRE(to_half(value) == half);
    if ((bits & 0x7fff) >= 0x7bff) continue;  // the next one is infinite
    const float next = from_half(static_cast<std::uint16_t>(half + 1)), middle = (value + next) / 2;
    REQUIRE(to_half(middle) == (half % 2 ? half + 1 : half));
    REQUIRE(to_half(std::nextafter(middle, value)) == half);
    REQUIRE(to_half(std::nextafter(middle, next)) == half + 1);
  }
  CHECK(to_half(65519.996f) == 0x7bff);
  CHECK(to_half(65520) == 0x7c00);
  CHECK(to_half(-1e30f) == 0xfc00);
  CHECK(to_half(1e-30f) == 0);
  CHECK(std::isnan(from_half(to_half(NAN))));
}

TEST_CASE("bfloat16 is the nearest, of two the even one") {
  using safetensors::from_brain, safetensors::to_brain;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto brain = static_cast<std::uint16_t>(bits);
    const float value = from_brain(brain);
    if (std::isnan(value)) continue;
    REQUIRE(to_brain(value) == brain);
    if ((bits & 0x7fff) >= 0x7f7f) continue;
    const float next = from_brain(static_cast<std::uint16_t>(brain + 1));
    const float middle = std::bit_cast<float>(bits << 16 | 0x8000);
    REQUIRE(to_brain(middle) == (brain % 2 ? brain + 1 : brain));
    REQUIRE(to_brain(std::nextafter(middle, value)) == brain);
    REQUIRE(to_brain(std::nextafter(middle, next)) == brain + 1);
  }
  CHECK(to_brain(std::numeric_limits<float>::max()) == 0x7f80);
  CHECK(std::isnan(from_brain(to_brain(std::bit_cast<float>(0x7f800001)))));
}

TEST_CASE("a file of several types: wide numbers first, each at a multiple of its size") {
  Safetensors file;
  file.tensors.emplace_back("a", random_tensor({3, 1}, 1, NumberType::int8));
  file.tensors.emplace_back("b", random_tensor({3, 3}, 2, NumberType::float16));
  file.tensors.emplace_back("c", random_tensor({5}, 3));
  file.tensors.emplace_back("d", random_tensor({1}, 4, NumberType::float64));
  file.tensors.emplace_back("e", random_tensor({1, 1}, 5, NumberType::bfloat16));
  const Safetensors read = decoded(encode_safetensors(file, "w"));
  std::string order;
  for (const auto& [name, tensor] : read.tensors) {
    order += name;
    CHECK(tensor.type == file.find(name)->type);
    CHECK(tensor.shape == file.find(name)->shape);
  }
  CHECK(order == "dcbea");
  CHECK(read.find("c")->data == file.find("c")->data);
  CHECK(read.find("d")->data == file.find("d")->data);
  CHECK(stored_types(read) ==
        "1 tensor of float32, 1 of float16, 1 of bfloat16, 1 of float64, 1 of int8, 63 bytes of numbers");
}

TEST_CASE("what a type cannot hold is refused by the tensor's name, and nothing is written") {
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(holds(refused({{2}, {1, -70000}}, NumberType::float16),
              "w: tensor \"a\" holds -70000: expected at most 65504 of float16"));
  CHECK(refused({{2}, {1, -65519}}, NumberType::float16) == "nothing was thrown");
  CHECK(
      holds(refused({{1}, {3.4e38f}}, NumberType::bfloat16), "tensor \"a\" holds 3.4e+38: expected at most"));
  for (const NumberType type : {NumberType::float16, NumberType::bfloat16, NumberType::int8})
    for (const float value : {infinity, -infinity, NAN})
      CHECK(holds(refused({{1, 1}, {value}}, type), "w: tensor \"a\" holds a value that is not finite"));
  CHECK(holds(refused({{}, {1}}, NumberType::int8),
              "tensor \"a\" of shape a single number: expected an axis 0"));
  Safetensors twice{{{"a", {{1, 1}, {1}, NumberType::int8}}, {"a_scale", {{1}, {1}}}}, {}};
  CHECK(holds(message<Error>([&] { encode_safetensors(twice, "w"); }), "expected a name that is not taken"));
  const ScratchFolder folder;
  const Safetensors vast{{{"b", {{1}, {1}}}, {"a", {{1}, {70000}, NumberType::float16}}}, {}};
  CHECK(holds(message<Error>([&] { write_safetensors(folder / "w", vast); }), "tensor \"a\" holds 70000"));
  CHECK(folder.entries() == 0);
}

TEST_CASE("store_as changes weights, and neither biases nor filters") {
  Safetensors file;
  for (const char* name : {"model.1.weight", "model.4.filt"})
    file.tensors.emplace_back(name, random_tensor({2, 2}, 1));
  file.tensors.emplace_back("model.1.bias", random_tensor({2}, 2));
  for (const char* name : {"int8", "bfloat16", "float32"}) {
    store_as(file, number_type_named(name));
    CHECK(to_text(file.tensors[0].second.type) == name);
    for (const std::size_t k : {1, 2}) CHECK(file.tensors[k].second.type == NumberType::float32);
  }
  CHECK(holds(message<Error>([] { number_type_named("int4"); }), "\"int4\": expected float32, float16"));
}
