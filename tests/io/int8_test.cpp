// Weights as int8 with a scale for each channel: what is written, what is read, here and by Python, and what is refused.
#include "few_bits.hpp"
#include <guise/io/weights/detail/channel_scales.hpp>

#include <doctest/doctest.h>
#include <support/shell.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <map>

using namespace guise;
using namespace guise::testing;

namespace {

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
