#include <guise/io/weights/detail/element_types.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <cmath>
#include <limits>

using namespace guise;
using namespace guise::testing;

namespace {

std::string with_header(const std::string& header, const std::string& numbers = {}) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + numbers;
}
std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                   const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets +
         "}";
}
template <class T> std::string raw(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}

struct Refused {
  ScratchFolder folder;
  std::string operator()(const std::string& bytes) const {
    put(folder / "w.safetensors", bytes);
    const std::string text = message<Error>([&] { read_safetensors(folder / "w.safetensors"); });
    return text.starts_with(folder.path().string()) ? text : "without the file's name: " + text;
  }
};

Safetensors example() {
  Safetensors content;
  content.tensors.emplace_back("model.10.weight", Tensor{{2, 1, 3}, {1, -2, 3.5f, 0, -0.f, 1e-42f}});
  content.tensors.emplace_back("model.1.weight", Tensor{{}, {7}});
  content.tensors.emplace_back("none", Tensor{{0, 5}, {}});
  content.metadata = {{"format", "pt"}, {"quote", "\"\\\n \xc3\xa4"}};
  return content;
}

}  // namespace

TEST_CASE("what is written is read again: names, order, shapes, numbers, metadata") {
  const ScratchFolder folder;
  write_safetensors(folder / "w.safetensors", example());
  const Safetensors content = read_safetensors(folder / "w.safetensors"), expected = example();
  REQUIRE(content.tensors.size() == 3);
  for (const auto& [name, tensor] : expected.tensors) {
    CAPTURE(name);
    const Tensor* found = content.find(name);
    REQUIRE(found);
    CHECK(found->shape == tensor.shape);
    CHECK(found->data == tensor.data);
  }
  CHECK(content.tensors[0].first == "model.10.weight");
  CHECK(std::signbit(content.tensors[0].second.data[4]));
  CHECK(content.metadata == expected.metadata);
  CHECK(!content.find("model.2.weight"));
}

TEST_CASE("the file is laid out as the format says, the numbers at a multiple of eight bytes") {
  const ScratchFolder folder;
  for (std::size_t extra = 0; extra < 8; ++extra) {
    Safetensors content;
    content.tensors.emplace_back("x" + std::string(extra, 'y'), Tensor{{2}, {1, 2}});
    write_safetensors(folder / "w.safetensors", content);
    const std::string bytes = bytes_of(folder / "w.safetensors");
    std::uint64_t length;
    std::memcpy(&length, bytes.data(), 8);
    CHECK(length % 8 == 0);
    REQUIRE(bytes.size() == 8 + length + 8);
    const std::string header =
        "{\"" + content.tensors[0].first + "\":{\"data_offsets\":[0,8],\"dtype\":\"F32\",\"shape\":[2]}}";
    CHECK(bytes.substr(8, header.size()) == header);
    CHECK(bytes.substr(8 + header.size(), length - header.size()).find_first_not_of(' ') == bytes.npos);
    CHECK(bytes.substr(8 + length) == raw<float>({1, 2}));
  }
}

TEST_CASE("half, brain and double precision become float") {
  const ScratchFolder folder;
  const std::string halves = raw<std::uint16_t>({0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00, 0x8000}),
                    brains = raw<std::uint16_t>({0x3f80, 0xc049}), doubles = raw<double>({0.1, -3});
  put(folder / "w.safetensors",
      with_header("{" + tensor("d", "F64", "[2]", "[16,32]") + "," + tensor("h", "F16", "[6]", "[0,12]") +
                      "," + tensor("b", "BF16", "[2,1]", "[12,16]") + "}",
                  halves + brains + doubles));
  const Safetensors content = read_safetensors(folder / "w.safetensors");
  CHECK(content.tensors[0].first == "h");  // in the order of the numbers
  CHECK(content.find("h")->data ==
        std::vector<float>{1, -2, 0x1p-24f, 65504, -std::numeric_limits<float>::infinity(), 0});
  CHECK(std::signbit(content.find("h")->data[5]));
  CHECK(content.find("b")->data == std::vector<float>{1, -3.140625f});
  CHECK(content.find("d")->data == std::vector<float>{0.1f, -3});
  CHECK(std::isnan(safetensors::from_half(0x7e00)));
}

TEST_CASE("a file cut off anywhere is refused, and so is one that goes on") {
  const Refused refused;
  write_safetensors(refused.folder / "whole", example());
  const std::string bytes = bytes_of(refused.folder / "whole");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CAPTURE(length);
    CHECK(holds(refused(bytes.substr(0, length)), "w.safetensors: truncated"));
  }
  CHECK(holds(refused(bytes + "x"), "too long: 29 bytes of numbers, expected 28"));
  CHECK(holds(message<Error>([&] { read_safetensors(refused.folder / "none"); }), "none: no such file"));
}

TEST_CASE("a header that claims what cannot be is refused before memory is taken for it") {
  const Refused refused;
  const std::uint64_t vast = std::uint64_t{1} << 60;
  CHECK(holds(refused(std::string(reinterpret_cast<const char*>(&vast), 8) + "{}"),
              "it claims a header of 1152921504606846976 bytes, expected at most 2"));
  const auto one = [&](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return refused(with_header("{" + tensor("a", dtype, shape, offsets) + "}", raw<float>({1, 2})));
  };
  CHECK(one("F32", "[2]", "[0,8]") == "without the file's name: nothing was thrown");
  CHECK(holds(one("F32", "[3]", "[0,8]"),
              "tensor \"a\": data_offsets [0,8]: expected a begin and an end that fit"));
  CHECK(holds(one("F32", "[2]", "[8,0]"), "expected a begin and an end"));
  CHECK(holds(one("F32", "[2]", "[0]"), "expected a begin and an end"));
  CHECK(
      holds(one("F32", "[4294967296,4294967298]", "[0,8]"), "expected a begin and an end"));  // 2^33 mod 2^64
  CHECK(holds(one("F32", "[4611686018427387906]", "[0,8]"), "expected a begin and an end"));  // times 4 is 8
  CHECK(holds(one("F32", "[1152921504606846976]", "[0,4611686018427387904]"), "w.safetensors: truncated"));
  CHECK(holds(one("F32", "[-2]", "[0,8]"), "tensor \"a\", shape: expected whole numbers"));
  CHECK(holds(one("F32", "[2.0]", "[0,8]"), "expected whole numbers"));
  CHECK(holds(one("F32", "2", "[0,8]"), "expected a list"));
  CHECK(holds(one("I64", "[1]", "[0,8]"), "tensor \"a\" of type \"I64\": expected F32, F16, BF16 or F64"));
  CHECK(holds(refused(with_header("{\"a\":{\"dtype\":\"F32\"}}")), "expected dtype, shape and data_offsets"));
  CHECK(holds(refused(with_header("{\"a\":7}")), "expected dtype, shape and data_offsets"));
  CHECK(holds(refused(with_header("{\"__metadata__\":{\"k\":1}}")), "__metadata__ \"k\": expected a string"));
  CHECK(holds(refused(with_header("{\"__metadata__\":[]}")), "__metadata__: expected a map"));
  CHECK(holds(refused(with_header("[]")), "no JSON object"));
  CHECK(holds(refused(with_header("{\"a\":")), "header is not JSON"));
  CHECK(holds(refused(with_header("{\"\xff\":1}")), "header is not JSON"));
  CHECK(holds(refused(with_header(std::string(100000, '['))), "nested deeper"));
}

TEST_CASE("tensors that overlap, leave a hole or share a name are refused") {
  const Refused refused;
  const auto two = [&](const std::string& name, const std::string& first, const std::string& second) {
    return refused(
        with_header("{" + tensor("a", "F32", "[1]", first) + "," + tensor(name, "F32", "[1]", second) + "}",
                    raw<float>({1, 2})));
  };
  CHECK(two("b", "[4,8]", "[0,4]") == "without the file's name: nothing was thrown");
  CHECK(holds(two("b", "[0,4]", "[2,6]"), "tensor \"b\" starts at byte 2: expected 4"));
  CHECK(holds(two("b", "[0,4]", "[0,4]"), "starts at byte 0: expected 4"));
  CHECK(holds(two("b", "[0,4]", "[5,9]"), "starts at byte 5: expected 4"));
  CHECK(holds(two("b", "[0,4]", "[8,12]"), "starts at byte 8: expected 4"));
  CHECK(holds(two("a", "[0,4]", "[4,8]"), "\"a\" is there twice"));
}

TEST_CASE("whatever a file holds, the error is one line and short") {
  const Refused refused;
  const std::string longest(100000, 'x'), line = "a\\nb";
  const auto brief = [&](const std::string& header, const std::string& part) {
    const std::string text = refused(with_header(header));
    CHECK(holds(text, part));
    CHECK(text.size() < 1000);
  };
  brief("{\"__metadata__\":{\"" + line + "\":1}}", "__metadata__ \"a?b\": expected a string");
  brief("{\"" + longest + "\":7}", "xxx...\": expected dtype");
  brief("{\"" + longest + "\":7,\"" + longest + "\":7}", "xxx...\" is there twice");
  brief("{" + tensor("a", longest, "[1]", "[0,4]") + "}", "xxx...: expected F32");
  std::string many = "[1";
  for (int k = 0; k < 10000; ++k) many += ",1";
  brief("{" + tensor("a", "F32", many + "]", many + "]") + "}", "1,1...: expected a begin and an end");
}

TEST_CASE("what the format cannot hold is not written") {
  const ScratchFolder folder;
  const auto refused = [&](const Safetensors& content) {
    return message<Error>([&] { write_safetensors(folder / "w.safetensors", content); });
  };
  CHECK(holds(refused({{{"a", {{3}, {1, 2}}}}, {}}), "tensor \"a\" of 2 numbers"));
  CHECK(holds(refused({{{"a", {{1}, {1}}}, {"a", {{1}, {1}}}}, {}}),
              "tensor \"a\": expected a name that is not taken"));
  CHECK(holds(refused({{{"__metadata__", {{1}, {1}}}}, {}}), "expected a name that is not taken"));
  CHECK(holds(refused({{{"\xff", {{1}, {1}}}}, {}}), "expected names and metadata in UTF-8"));
  CHECK(
      holds(message<Error>([&] { write_safetensors(folder / "none/w", {}); }), "none/w: cannot be written"));
  CHECK(folder.entries() == 0);
}
