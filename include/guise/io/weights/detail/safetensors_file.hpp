// What io/weights/safetensors.hpp declares for reading, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/core/error.hpp>
#include <guise/io/bytes/read_file.hpp>
#include <guise/io/weights/detail/channel_scales.hpp>
#include <guise/io/weights/detail/safetensors_header.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guise {

namespace safetensors {

// Of the JSON header, from the eight bytes before it; `rest`: the bytes behind these.
inline std::uint64_t header_length(const unsigned char* bytes, std::uint64_t rest, const std::string& file) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes, 8);
  if (length > rest || length > largest_header)
    throw Error(file + ": truncated or no safetensors file: it claims a header of " + std::to_string(length) +
                " bytes, expected at most " + std::to_string(std::min(rest, largest_header)));
  return length;
}

// Which entries are scales of which tensors of int8. Throws Error for a tensor of int8 without scales that fit, before
// any number is read.
using ScalesOf = std::map<std::string_view, const Entry*>;
inline ScalesOf find_scales(const std::vector<Entry>& entries,
                            const std::map<std::string, std::string>& metadata, const std::string& file) {
  ScalesOf found;
  const auto is_int8 = [](const Entry& e) { return e.type->type == NumberType::int8 && !is_counter(e.name); };
  if (std::ranges::none_of(entries, is_int8)) return found;
  const auto named = metadata.find(scheme_key);
  ScalesOf by_name;
  for (const Entry& entry : entries) by_name[entry.name] = &entry;
  for (const Entry& entry : entries) {
    if (!is_int8(entry)) continue;
    const std::string what = file + ": tensor " + in_quotes(entry.name) + " of type I8: expected ";
    if (named == metadata.end() || named->second != scheme)
      throw Error(what + "the scheme " + in_quotes(scheme) + " as __metadata__ " + in_quotes(scheme_key) +
                  ", found " + (named == metadata.end() ? "none" : in_quotes(named->second)));
    const auto scales = by_name.find(scale_name(entry.name));
    const std::string name = in_quotes(scale_name(entry.name));
    if (scales == by_name.end()) throw Error(what + "its scales as the tensor " + name + ", found none");
    const Entry& of = *scales->second;
    if (of.type->type != NumberType::float32)
      throw Error(what + "its scales " + name + " of type F32, found " + std::string(of.type->name));
    if (!axis_of_scales(of.shape, entry.shape))
      throw Error(what + "its scales " + name + " of the same shape with 1 at every axis but one, found " +
                  shortened(of.shape) + " for " + shortened(entry.shape));
    found[entry.name] = &of;
  }
  return found;
}
// The numbers of a tensor of int8, of units of their scales.
inline void scale(Tensor& tensor, const Entry& of, std::span<const unsigned char> bytes,
                  const std::string& file) {
  const std::vector<float> scales = of.type->read(bytes);
  if (!std::ranges::all_of(scales, [](float v) { return v >= 0 && std::isfinite(v); }))
    throw Error(file + ": tensor " + in_quotes(of.name) + ": expected finite scales of at least 0");
  tensor.channel_axis = *axis_of_scales(of.shape, tensor.shape);
  for_each_with_channel(tensor.shape, tensor.channel_axis, tensor.data,
                        [&](float& value, std::size_t channel) { value *= scales[channel]; });
}

}  // namespace safetensors

GUISE_FUNCTION Safetensors decode_safetensors(std::span<const unsigned char> bytes, const std::string& file) {
  using namespace safetensors;
  if (bytes.size() < 8)
    throw Error(file + ": truncated: " + std::to_string(bytes.size()) +
                " bytes: expected a safetensors file of at least 8");
  const std::uint64_t length = header_length(bytes.data(), bytes.size() - 8, file);
  const auto data = bytes.subspan(8 + length);
  const json header = parse_header(bytes.subspan(8, length), file);
  if (!header.is_object()) throw Error(file + ": header is no JSON object: expected a safetensors file");

  Safetensors result;
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name != "__metadata__") {
      entries.push_back(read_entry(file, name, value));
      continue;
    }
    if (!value.is_object()) throw Error(file + ": __metadata__: expected a map of strings");
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) throw Error(file + ": __metadata__ " + in_quotes(key) + ": expected a string");
      result.metadata[key] = text;
    }
  }
  std::ranges::stable_sort(entries, {}, [](const Entry& entry) { return std::pair(entry.begin, entry.end); });
  std::uint64_t end = 0;
  for (const Entry& entry : entries) {  // all offsets first, so that nothing large is made of a bad file
    if (entry.begin != end)
      throw Error(file + ": tensor " + in_quotes(entry.name) + " starts at byte " +
                  std::to_string(entry.begin) + ": expected " + std::to_string(end) +
                  ", without overlap or hole");
    end = entry.end;
  }
  if (end != data.size())
    throw Error(file + ": " + (end > data.size() ? "truncated: " : "too long: ") +
                std::to_string(data.size()) + " bytes of numbers, expected " + std::to_string(end));
  const ScalesOf scales = find_scales(entries, result.metadata, file);
  std::set<std::string_view> are_scales;
  for (const auto& found : scales) are_scales.insert(found.second->name);
  for (const Entry& entry : entries) {
    if (is_counter(entry.name) || are_scales.contains(entry.name)) continue;
    const auto bytes_of = [&](const Entry& e) { return data.subspan(e.begin, e.end - e.begin); };
    Tensor tensor{entry.shape, entry.type->read(bytes_of(entry)), entry.type->type};
    if (const auto found = scales.find(entry.name); found != scales.end())
      scale(tensor, *found->second, bytes_of(*found->second), file);
    result.tensors.emplace_back(entry.name, std::move(tensor));
  }
  result.metadata.erase(scheme_key);  // of how the numbers were stored, which each tensor says itself
  return result;
}

GUISE_FUNCTION std::map<std::string, std::string> read_metadata(const std::filesystem::path& path) {
  using namespace safetensors;
  OpenedFile file = open_file(path, largest_file);
  unsigned char first[8] = {};
  file.stream.read(reinterpret_cast<char*>(first), 8);
  if (!file.stream)
    throw Error(path.string() + ": truncated: expected a safetensors file of at least 8 bytes");
  std::vector<unsigned char> text(header_length(first, file.size - 8, path.string()));
  file.stream.read(reinterpret_cast<char*>(text.data()), static_cast<std::streamsize>(text.size()));
  if (!file.stream) throw Error(path.string() + ": cannot be read: it ended early");
  std::map<std::string, std::string> metadata;
  const json header = parse_header(text, path.string());
  if (const auto found = header.find("__metadata__"); found != header.end() && found->is_object())
    for (const auto& [key, value] : found->items())
      if (value.is_string()) metadata[key] = value;
  return metadata;
}

}  // namespace guise
