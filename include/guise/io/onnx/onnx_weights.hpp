// OnnxWeights are the weights in an ONNX file by name: the initializers of its graph that are stored in
// single precision. Those of other types are skipped, and operators are not read.
//
// Whatever a file claims is checked before memory is allocated for it. Throws Error with the path and what
// was expected: truncated, not ONNX, numbers in another file, sizes that do not fit, a name twice.
#pragma once
#include <guise/io/bytes/read_file.hpp>
#include <guise/io/onnx/protobuf_reader.hpp>
#include <guise/io/weights/tensor.hpp>

#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace guise {

using OnnxWeights = std::map<std::string, Tensor>;

namespace onnx {

inline constexpr std::uintmax_t largest_file = std::uintmax_t{1} << 30;

// Adds one TensorProto to the weights if it holds floats.
inline void read_tensor(ByteSpan bytes, const std::string& file, OnnxWeights& weights) {
  constexpr std::uint64_t type_float = 1;
  std::uint64_t type = 0;
  std::string name;
  Tensor tensor;
  ByteSpan numbers;
  for (protobuf::Reader message(bytes, file); !message.done();) {
    const protobuf::Field field = message.next();
    if (field.is(1, protobuf::Field::varint)) tensor.shape.push_back(field.value);
    if (field.is(1, protobuf::Field::bytes))
      for (protobuf::Reader sides(field.data, file); !sides.done();) tensor.shape.push_back(sides.varint());
    if (field.is(2, protobuf::Field::varint)) type = field.value;
    if (field.is(8, protobuf::Field::bytes)) name = as_text(field.data);
    if (field.is(4, protobuf::Field::bytes) || field.is(9, protobuf::Field::bytes)) numbers = field.data;
    if (field.is(14, protobuf::Field::varint) && field.value != 0)
      throw Error(file + ": expected the numbers of " + in_quotes(name) + " in the file itself");
    if (tensor.shape.size() > 8)
      throw Error(file + ": expected tensors of 8 sides at most, " + in_quotes(name) + " has more");
  }
  if (type != type_float) return;
  std::uint64_t left = numbers.size() / sizeof(float);
  const bool whole = numbers.size() % sizeof(float) == 0;
  for (const std::size_t side : tensor.shape) {
    if (side == 0 || left % side != 0)
      throw Error(file + ": expected the numbers of " + in_quotes(name) + " to fill its shape, found " +
                  std::to_string(numbers.size()) + " bytes");
    left /= side;
  }
  if (left != 1 || !whole)
    throw Error(file + ": expected the numbers of " + in_quotes(name) + " to fill its shape, found " +
                std::to_string(numbers.size()) + " bytes");
  tensor.data.resize(numbers.size() / sizeof(float));
  std::memcpy(tensor.data.data(), numbers.data(), numbers.size());
  if (!weights.emplace(name, std::move(tensor)).second)
    throw Error(file + ": expected every name once, found " + in_quotes(name) + " twice");
}

}  // namespace onnx

inline OnnxWeights decode_onnx_weights(ByteSpan bytes, const std::string& file) {
  OnnxWeights weights;
  for (protobuf::Reader model(bytes, file); !model.done();)
    if (const auto graph = model.next(); graph.is(7, protobuf::Field::bytes))
      for (protobuf::Reader fields(graph.data, file); !fields.done();)
        if (const auto tensor = fields.next(); tensor.is(5, protobuf::Field::bytes))
          onnx::read_tensor(tensor.data, file, weights);
  if (weights.empty()) throw Error(file + ": no weights in it: expected an ONNX file");
  return weights;
}
inline OnnxWeights read_onnx_weights(const std::filesystem::path& path) {
  return decode_onnx_weights(read_file(path, onnx::largest_file), path.string());
}

}  // namespace guise
