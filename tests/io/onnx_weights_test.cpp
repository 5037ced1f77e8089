// Initialisers of ONNX files: what our own writer writes comes back; every damaged file is refused in one
// line or read, and nothing else happens.
#include "support/scratch_folder.hpp"
#include <guise/core/random.hpp>
#include <guise/io/onnx/onnx_file.hpp>
#include <guise/io/onnx/onnx_weights.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;
using protobuf::Message;

namespace {

std::string tensor(const std::string& name, std::vector<std::uint64_t> shape, std::vector<float> values,
                   int field = 9) {
  Message t;
  for (auto side : shape) t.number(1, side);
  t.number(2, 1).bytes(8, name);
  t.bytes(field, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  return t.text();
}
OnnxWeights decode(const std::string& text) {
  return decode_onnx_weights({reinterpret_cast<const unsigned char*>(text.data()), text.size()}, "f.onnx");
}
OnnxWeights in_model(const std::vector<std::string>& tensors) {
  Message graph, model;
  for (const auto& t : tensors) graph.bytes(5, t);
  return decode(model.number(1, 7).message(7, graph).text());
}

}  // namespace

TEST_CASE("the weights of a written file come back, and whole numbers among them are passed over") {
  const ScratchFolder folder;
  onnx::Graph graph;
  const std::vector<float> values{1, -2, 3, 4, 5, 6.5f};
  graph.input("x", 3);
  graph.constant("pads", {1, 2});
  graph.constant("weight", {2, 3}, values);
  graph.write(folder / "w.onnx");
  const OnnxWeights weights = read_onnx_weights(folder / "w.onnx");
  REQUIRE(weights.size() == 1);
  CHECK(weights.at("weight").shape == std::vector<std::size_t>{2, 3});
  CHECK(weights.at("weight").data == values);
  CHECK(in_model({tensor("f", {2}, {1, 2}, 4)}).at("f").data == std::vector<float>{1, 2});  // float_data
}

TEST_CASE("what is no ONNX file, or claims what it does not hold, is refused in one line") {
  const auto refused = [](const auto& action, const std::string& part) {
    const std::string text = message<Error>(action);
    INFO(text);
    CHECK(holds(text, part));
    CHECK(holds(text, "f.onnx"));
  };
  refused([] { decode(""); }, "no weights in it");
  refused([] { decode("\x89PNG\r\n\x1a\n and so on"); }, "f.onnx: ");
  refused([] { in_model({tensor("w", {3}, {1, 2})}); }, "\"w\" to fill its shape");
  refused([] { in_model({tensor("w", {3}, {1, 2, 3, 4, 5})}); }, "\"w\" to fill its shape");
  refused([] { in_model({tensor("w", {0}, {})}); }, "\"w\" to fill its shape");
  refused([] { in_model({tensor("w", {1ull << 63, 2, 1}, {1, 2})}); }, "\"w\" to fill its shape");
  refused([] { in_model({tensor("w", std::vector<std::uint64_t>(9, 1), {1})}); }, "8 sides");
  refused([] { in_model({tensor("w", {1}, {1}), tensor("w", {1}, {2})}); }, "\"w\" twice");
  refused([] { in_model({tensor("w", {1}, {1}) + Message().number(14, 1).text()}); }, "in the file itself");
  refused([] { decode(std::string("\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11)); }, "truncated");
  refused([] { decode(std::string(11, '\xff')); }, "more than 64 bits");
  refused([] { decode(std::string(9, '\xff') + '\x02'); }, "more than 64 bits");
  CHECK_THROWS_AS(read_onnx_weights("/nowhere/f.onnx"), Error);
}

TEST_CASE("a damaged file is read or refused") {
  Message graph, model;
  graph.bytes(5, tensor("weight", {2, 3}, {1, 2, 3, 4, 5, 6})).bytes(5, tensor("bias", {1}, {7}));
  const std::string whole = model.number(1, 7).message(7, graph).text();
  const auto reads = [](const std::string& text) {
    try {
      for (const auto& [name, t] : decode(text)) CHECK(t.data.size() <= text.size() / 4);
      return true;
    } catch (const Error& error) {
      CHECK(holds(error.what(), "f.onnx"));
      return false;
    }
  };
  CHECK(reads(whole));
  for (std::size_t n = 1; n < whole.size(); ++n) CHECK_FALSE(reads(whole.substr(0, n)));
  Random random(5);
  for (int k = 0; k < 20000; ++k) {
    std::string damaged = whole;
    for (std::uint64_t changes = 1 + random.below(3); changes-- > 0;)
      damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    reads(damaged);
  }
}
