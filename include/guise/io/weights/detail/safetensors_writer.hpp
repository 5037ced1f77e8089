// What io/weights/safetensors.hpp declares for writing, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/core/error.hpp>
#include <guise/io/bytes/atomic_file.hpp>
#include <guise/io/weights/detail/channel_scales.hpp>
#include <guise/io/weights/detail/safetensors_header.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace guise {

namespace safetensors {

struct Piece {  // of a file: a tensor's numbers, or the scales of one of int8
  std::string name;
  const Type* type;
  std::vector<std::size_t> shape;
  const Tensor* tensor;
};

inline bool is_short(NumberType type) { return type != NumberType::float32 && type != NumberType::float64; }

// In the order in which they are written. Wide numbers come first, so that each lies at a multiple of its size, which
// readers that map a file need.
inline std::vector<Piece> pieces_of(const Safetensors& content, const std::string& file) {
  std::vector<Piece> pieces;
  for (const auto& [name, tensor] : content.tensors) {
    const std::string what = file + ": tensor " + in_quotes(name);
    if (numbers(tensor.shape) != tensor.data.size())
      throw Error(what + " of " + std::to_string(tensor.data.size()) +
                  " numbers: expected as many as its shape holds");
    if (is_short(tensor.type) && !all_finite(tensor))
      throw Error(what + " holds a value that is not finite: expected none of " + to_text(tensor.type));
    pieces.push_back({name, &type_of(tensor.type), tensor.shape, &tensor});
    if (tensor.type != NumberType::int8) continue;
    if (tensor.channel_axis >= tensor.shape.size())
      throw Error(what + " of shape " + shape_text(tensor.shape) + ": expected an axis " +
                  std::to_string(tensor.channel_axis) + ", whose channels have scales");
    pieces.push_back({scale_name(name), &type_of(NumberType::float32),
                      scale_shape(tensor.shape, tensor.channel_axis), &tensor});
  }
  std::ranges::stable_sort(pieces, std::greater(), [](const Piece& piece) { return piece.type->bytes; });
  return pieces;
}

// A number that is too large for its type would become infinite in the file.
inline void check_representable(const Piece& piece, std::span<const unsigned char> bytes,
                                const std::string& file) {
  if (all_finite({{}, piece.type->read(bytes)})) return;
  const auto at = std::ranges::max_element(piece.tensor->data, {}, [](float v) { return std::abs(v); });
  std::ostringstream text;
  text << file << ": tensor " << in_quotes(piece.name) << " holds " << *at << ": expected at most "
       << piece.type->largest << " of " << to_text(piece.type->type);
  throw Error(text.str());
}

inline std::vector<unsigned char> bytes_of(const Piece& piece, const std::string& file) {
  const Tensor& tensor = *piece.tensor;
  if (tensor.type != NumberType::int8) {
    auto bytes = piece.type->write(tensor.data);
    if (is_short(tensor.type)) check_representable(piece, bytes, file);
    return bytes;
  }
  const std::vector<float> scales = scales_of(tensor);
  return piece.type->write(piece.type->type == NumberType::int8 ? in_units(tensor, scales) : scales);
}

inline std::string header_of(const std::vector<Piece>& pieces, const Safetensors& content,
                             const std::string& file) {
  json header = json::object();
  if (!content.metadata.empty()) header["__metadata__"] = content.metadata;
  const auto is_int8 = [](const Piece& piece) { return piece.type->type == NumberType::int8; };
  if (std::ranges::any_of(pieces, is_int8)) header["__metadata__"][scheme_key] = scheme;
  std::uint64_t end = 0;
  for (const auto& [name, type, shape, tensor] : pieces) {
    if ((name == "__metadata__") || header.contains(name))
      throw Error(file + ": tensor " + in_quotes(name) + ": expected a name that is not taken");
    const std::uint64_t begin = std::exchange(end, end + numbers(shape) * type->bytes);
    header[name] = {{"dtype", type->name}, {"shape", shape}, {"data_offsets", {begin, end}}};
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const json::exception&) {
    throw Error(file + ": cannot be written: expected names and metadata in UTF-8");
  }
  text.append((8 - text.size() % 8) % 8, ' ');
  const std::uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text;
}

}  // namespace safetensors

GUISE_FUNCTION void encode_safetensors(const Safetensors& content, const std::string& file,
                                       FunctionRef<void(std::span<const std::byte>)> write) {
  using namespace safetensors;
  const std::vector<Piece> pieces = pieces_of(content, file);
  const std::string header = header_of(pieces, content, file);
  write(std::as_bytes(std::span(header)));
  for (const Piece& piece : pieces)
    if (piece.tensor->type == NumberType::float32) {
      write(std::as_bytes(std::span(piece.tensor->data)));  // without a copy
    } else {
      const std::vector<unsigned char> bytes = bytes_of(piece, file);
      write(std::as_bytes(std::span(bytes)));
    }
}

GUISE_FUNCTION void write_safetensors(const std::filesystem::path& path, const Safetensors& content,
                                      const std::filesystem::path& previous) {
  // The file is made once the header is: what cannot be written at all leaves nothing behind.
  std::optional<AtomicFile> file;
  encode_safetensors(content, path.string(), [&](std::span<const std::byte> bytes) {
    if (!file) file.emplace(path);
    file->write(bytes);
  });
  file->commit(previous);
}

}  // namespace guise
