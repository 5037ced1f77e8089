// An onnx::Graph is an ONNX file that is being written: a graph of operators with named values and constants,
// encoded as onnx.proto3 of the Open Neural Network Exchange defines it. Opset 13, IR version 7. Tensors in a
// graph are (N, C, H, W). Throws Error where the file cannot be written. It is independent of networks.
#pragma once
#include <guise/io/bytes/atomic_file.hpp>
#include <guise/io/onnx/protobuf.hpp>

#include <bit>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guise::onnx {

using protobuf::Message;

static_assert(std::endian::native == std::endian::little,
              "constants are written as they are stored in memory");

// ---- attributes of an operator ----
struct Attribute {
  Message message;
  Attribute(std::string_view name, std::vector<long> values) : Attribute(name, 7) {  // INTS
    for (long value : values) message.number(8, static_cast<std::uint64_t>(value));
  }
  Attribute(std::string_view name, long value) : Attribute(name, 2) {  // INT
    message.number(3, static_cast<std::uint64_t>(value));
  }
  Attribute(std::string_view name, double value) : Attribute(name, 1) {  // FLOAT
    message.real(2, static_cast<float>(value));
  }
  Attribute(std::string_view name, const char* value) : Attribute(name, 3) { message.bytes(4, value); }

 private:
  Attribute(std::string_view name, int type) { message.bytes(1, name).number(20, unsigned(type)); }
};

class Graph {
 public:
  using Value = std::string;  // its name

  Value input(const std::string& name, int channels) {
    graph_.message(11, described(name, channels));
    return name;
  }
  void output(const Value& value, const std::string& name, int channels) {
    add("Identity", {value}, {}, name);
    graph_.message(12, described(name, channels));
  }
  Value constant(const std::string& name, const std::vector<std::size_t>& shape,
                 std::span<const float> values) {
    return constant(name, shape, 1, std::as_bytes(values));
  }
  Value constant(const std::string& name, const std::vector<std::int64_t>& values) {
    return constant(name, {values.size()}, 7, std::as_bytes(std::span(values)));
  }
  // Adds an operator and returns its one result, under a new name unless `result` gives one.
  Value add(std::string_view operation, const std::vector<Value>& inputs,
            const std::vector<Attribute>& attributes = {}, Value result = "") {
    if (result.empty()) result = "value_" + std::to_string(count_);
    Message node;
    for (const Value& value : inputs) node.bytes(1, value);
    node.bytes(2, result)
        .bytes(3, std::string(operation) + "_" + std::to_string(count_++))
        .bytes(4, operation);
    for (const Attribute& attribute : attributes) node.message(5, attribute.message);
    graph_.message(1, node);
    return result;
  }

  void write(const std::filesystem::path& path) const {
    Message graph = graph_, opset, model;
    graph.bytes(2, "generator");
    opset.bytes(1, "").number(2, 13);
    model.number(1, 7).bytes(2, "guise").message(7, graph).message(8, opset);
    write_file(path, model.text());
  }

 private:
  Value constant(const std::string& name, const std::vector<std::size_t>& shape, unsigned type,
                 std::span<const std::byte> raw) {
    Message tensor;
    for (std::size_t side : shape) tensor.number(1, side);
    tensor.number(2, type).bytes(8, name);
    tensor.bytes(9, {reinterpret_cast<const char*>(raw.data()), raw.size()});
    graph_.message(5, tensor);
    return name;
  }
  // The type of an input or output: batch, height and width are free.
  static Message described(const std::string& name, int channels) {
    Message shape, tensor, type, value;
    const auto free = [&](const char* side) { shape.message(1, Message().bytes(2, side)); };
    free("batch");
    shape.message(1, Message().number(1, unsigned(channels)));
    free("height"), free("width");
    tensor.number(1, 1).message(2, shape);
    return value.bytes(1, name).message(2, type.message(1, tensor));
  }

  Message graph_;
  int count_ = 0;
};

}  // namespace guise::onnx
