// Weights as float16, bfloat16 and int8: what is written, what is read, and what is refused.
#include <guise/core/random.hpp>
#include <guise/io/weights/detail/channel_scales.hpp>
#include <guise/io/weights/number_types.hpp>
#include <guise/io/weights/safetensors.hpp>
#include <guise/io/weights/weights_file.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>
#include <support/shell.hpp>
#include <support/torch_writer.hpp>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>

using namespace guise;
using namespace guise::testing;

namespace {

Tensor random_tensor(std::vector<std::size_t> shape, std::uint64_t seed, NumberType type = {}) {
  Random random(seed);
  Tensor tensor{std::move(shape), {}, type};
  tensor.data.resize(safetensors::numbers(tensor.shape));
  for (float& value : tensor.data) value = static_cast<float>(random.uniform() - 0.5);
  return tensor;
}
Safetensors decoded(const std::vector<unsigned char>& bytes) { return decode_safetensors(bytes, "w"); }
std::vector<unsigned char> bytes_as(Tensor tensor, NumberType type) {
  tensor.type = type;
  return encode_safetensors({{{"a", std::move(tensor)}}, {}}, "w");
}
std::string refused(const Tensor& tensor, NumberType type) {
  const std::string text = message<Error>([&] { bytes_as(tensor, type); });
  return holds(text, "a_scale") ? "of the scales: " + text : text;
}
// A file of one tensor of int8, with something in its header replaced.
std::string refused_with(const std::string& part, const std::string& by, const std::string& numbers = "") {
  Tensor tensor{{2, 1}, {1, -2}, NumberType::int8};
  const auto bytes = encode_safetensors({{{"a", tensor}}, {}}, "w");
  std::uint64_t length;
  std::memcpy(&length, bytes.data(), 8);
  std::string header(bytes.begin() + 8, bytes.begin() + 8 + static_cast<std::ptrdiff_t>(length)),
      rest(bytes.begin() + 8 + static_cast<std::ptrdiff_t>(length), bytes.end());
  const auto at = header.find(part);
  REQUIRE(at != header.npos);
  header.replace(at, part.size(), by);
  if (!numbers.empty()) rest.replace(0, numbers.size(), numbers);
  length = header.size();
  const std::string all = std::string(reinterpret_cast<const char*>(&length), 8) + header + rest;
  return message<Error>([&] { decoded({all.begin(), all.end()}); });
}

}  // namespace

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

TEST_CASE("int8 has a scale for each channel, along the axis that is asked for") {
  for (const std::size_t axis : {0, 1, 2}) {
    Tensor tensor = random_tensor({4, 3, 2, 5}, 7, NumberType::int8);
    tensor.channel_axis = axis;
    tensor.data[0] = 100;  // the other channels keep their precision beside it
    const auto bytes = encode_safetensors({{{"a", tensor}}, {{"note", "n"}}}, "w");
    const Safetensors file = decoded(bytes);
    REQUIRE(file.tensors.size() == 1);
    CHECK(file.metadata == std::map<std::string, std::string>{{"note", "n"}});
    const Tensor& read = file.tensors[0].second;
    CHECK(read.shape == tensor.shape);
    CHECK(read.type == NumberType::int8);
    CHECK(read.channel_axis == axis);
    const auto scales = safetensors::scales_of(tensor);
    REQUIRE(scales.size() == tensor.shape[axis]);
    CHECK(scales[0] == 100.f / 127);
    CHECK(scales[1] < 0.5f / 127 + 1e-6f);
    const std::size_t inner = axis == 0 ? 30 : axis == 1 ? 10 : 5;
    for (std::size_t k = 0; k < tensor.data.size(); ++k) {
      const float scale = scales[k / inner % tensor.shape[axis]];
      CHECK(std::abs(read.data[k] - tensor.data[k]) <= 0.5001f * scale);
      CHECK(read.data[k] == scale * std::nearbyint(tensor.data[k] / scale));
    }
    // Written again it changes by rounding alone.
    const Safetensors again = decoded(encode_safetensors(file, "w"));
    for (std::size_t k = 0; k < tensor.data.size(); ++k)
      CHECK(again.tensors[0].second.data[k] == doctest::Approx(read.data[k]).epsilon(1e-6));
  }
}

TEST_CASE("channels of zeros, of one number and of the smallest numbers there are") {
  const Tensor zeros{{2, 2}, {0, -0.f, 1, -3}, NumberType::int8};
  const Safetensors file = decoded(bytes_as(zeros, NumberType::int8));
  CHECK(file.tensors[0].second.data == std::vector<float>{0, 0, 3 * (std::nearbyint(127 / 3.f) / 127.f), -3});
  const Tensor least{{1, 2}, {1e-45f, -4e-43f}};
  const Safetensors almost = decoded(bytes_as(least, NumberType::int8));
  for (float value : almost.tensors[0].second.data) CHECK(std::abs(value) < 1e-42f);
  CHECK(decoded(bytes_as({{0, 5}, {}}, NumberType::int8)).tensors[0].second.shape ==
        std::vector<std::size_t>{0, 5});
  CHECK(decoded(bytes_as({{5, 0}, {}}, NumberType::int8)).tensors[0].second.shape ==
        std::vector<std::size_t>{5, 0});
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

TEST_CASE("hostile files of int8 are refused in one line that names the tensor") {
  CHECK(refused_with("\"F32\"", "\"F32\"") == "nothing was thrown");
  CHECK(holds(refused_with("int8_per_output_channel", "int8_per_tensor"),
              "tensor \"a\" of type I8: expected the scheme \"int8_per_output_channel\" as __metadata__ "
              "\"quantization\", found \"int8_per_tensor\""));
  CHECK(holds(refused_with("\"quantization\"", "\"else\""), "as __metadata__ \"quantization\", found none"));
  CHECK(holds(refused_with("\"a_scale\"", "\"b_scale\""),
              "tensor \"a\" of type I8: expected its scales as the tensor \"a_scale\", found none"));
  CHECK(holds(refused_with("\"F32\",\"shape\":[2,1]", "\"F16\",\"shape\":[4,1]"),
              "expected its scales \"a_scale\" of type F32, found F16"));
  for (const std::string shape : {"[2]", "[1,2]", "[2,1,1]"})
    CHECK(holds(refused_with("\"F32\",\"shape\":[2,1]", "\"F32\",\"shape\":" + shape),
                "its scales \"a_scale\" of the same shape with 1 at every axis but one, found " + shape +
                    " for [2,1]"));
  CHECK(holds(
      refused_with("[0,8],\"dtype\":\"F32\",\"shape\":[2,1]", "[0,4],\"dtype\":\"F32\",\"shape\":[1,1]"),
      "tensor \"a\" starts at byte 8: expected 4"));
  for (const float bad : {-1.f, NAN, std::numeric_limits<float>::infinity()})
    CHECK(holds(refused_with("\"F32\"", "\"F32\"", {reinterpret_cast<const char*>(&bad), 4}),
                "w: tensor \"a_scale\": expected finite scales of at least 0"));
}

TEST_CASE(
    "scales belong to the axis whose side they have, and shapes of many sides are seen through at once") {
  using safetensors::axis_of_scales;
  CHECK(axis_of_scales({4, 1, 1}, {4, 3, 2}) == 0u);
  CHECK(axis_of_scales({1, 3, 1}, {4, 3, 2}) == 1u);
  CHECK(axis_of_scales({1, 1}, {4, 1}) == 1u);
  CHECK(axis_of_scales({0, 1}, {0, 5}) == 0u);
  for (const auto& [scales, shape] :
       std::vector<std::pair<std::vector<std::size_t>, std::vector<std::size_t>>>{
           {{1, 1}, {4, 3}}, {{3, 1}, {4, 3}}, {{4, 3}, {4, 3}}, {{4}, {4, 3}}, {{}, {}}})
    CHECK(!axis_of_scales(scales, shape));
  CHECK(axis_of_scales(std::vector<std::size_t>(3000000, 1), std::vector<std::size_t>(3000000, 1)) == 0u);
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

TEST_CASE("Python reads int8 by the five lines of docs/few_bits.md") {
  const std::string page = bytes_of(GUISE_SOURCE_DIR "/docs/few_bits.md"), begin = "```python\n";
  const auto first = page.find(begin);
  REQUIRE(first != page.npos);
  const auto last = page.find("```", first + begin.size());
  std::string lines = page.substr(first + begin.size(), last - first - begin.size());
  CHECK(std::ranges::count(lines, '\n') == 5);
  if (shell("/usr/bin/python3 -c 'import numpy'").code != 0) return;

  const ScratchFolder folder;
  Safetensors file;
  file.tensors.emplace_back("conv.weight", random_tensor({3, 2, 7, 7}, 1, NumberType::int8));
  file.tensors.emplace_back("up.weight", random_tensor({4, 3, 3, 3}, 2, NumberType::int8));
  file.tensors.back().second.channel_axis = 1;
  file.tensors.emplace_back("kept.weight", random_tensor({2, 3}, 3, NumberType::float16));
  file.tensors.emplace_back("conv.bias", random_tensor({3}, 4));
  write_safetensors(folder / "G_int8.safetensors", file);
  const std::string check =
      "for name in sorted(weights): print(name, weights[name].shape, "
      "weights[name].astype('f4').tobytes().hex())\n";
  put(folder / "read.py", lines + check);
  const Result result = shell("cd " + folder.path().string() + " && /usr/bin/python3 read.py");
  std::string expected;
  const Safetensors read = read_safetensors(folder / "G_int8.safetensors");
  for (const auto& [name, shape] : {std::pair<std::string, std::string>{"conv.bias", "(3,)"},
                                    {"conv.weight", "(3, 2, 7, 7)"},
                                    {"kept.weight", "(2, 3)"},
                                    {"up.weight", "(4, 3, 3, 3)"}}) {
    expected += name + " " + shape + " ";
    const std::vector<float>& data = read.find(name)->data;
    for (std::size_t k = 0; k < 4 * data.size(); ++k) {
      char text[3];
      std::snprintf(text, sizeof text, "%02x", reinterpret_cast<const unsigned char*>(data.data())[k]);
      expected += text;
    }
    expected += "\n";
  }
  CHECK(result.text == expected);
}
