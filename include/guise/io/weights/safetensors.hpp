// Named tensors in the safetensors format: eight bytes with the length of a JSON header (little endian), the
// header with dtype, shape and place of each tensor, then the numbers. Writes F32, padded so that the numbers
// start at a multiple of eight bytes; reads F32, F16, BF16 and F64 into float. Metadata is a map of strings.
//
// Whatever a file claims is checked before memory is taken for it. Throws Error with the path and what was
// expected: truncated, bad JSON, a name twice, an unknown dtype, places that overlap, leave holes or do not
// fit the shape. Independent of networks.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/bytes/atomic_file.hpp>
#include <guise/io/bytes/byte_reader.hpp>
#include <guise/io/bytes/read_file.hpp>
#include <guise/io/weights/tensor.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
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

struct Safetensors {
  std::vector<std::pair<std::string, Tensor>> tensors;  // in the order of the numbers in the file
  std::map<std::string, std::string> metadata;

  const Tensor* find(std::string_view name) const {
    const auto found = std::ranges::find(tensors, name, [](const auto& entry) { return entry.first; });
    return found == tensors.end() ? nullptr : &found->second;
  }
};

namespace safetensors {

using nlohmann::json;

inline constexpr std::uint64_t largest_file = std::uint64_t{1} << 34, largest_header = std::uint64_t{1} << 26;

// How many numbers a shape holds, or more than any file has where the product overflows.
inline std::uint64_t numbers(const std::vector<std::size_t>& shape) {
  if (std::ranges::find(shape, std::size_t{0}) != shape.end()) return 0;
  std::uint64_t product = 1;
  for (std::size_t extent : shape)
    if (__builtin_mul_overflow(product, extent, &product) || product > UINT64_MAX / 8) return UINT64_MAX / 8;
  return product;
}

inline float from_half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  const float magnitude =
      exponent == 31
          ? (mantissa ? NAN : INFINITY)
          : std::ldexp(static_cast<float>(exponent ? mantissa + 1024 : mantissa), std::max(exponent, 1) - 25);
  return std::copysign(magnitude, bits & 0x8000 ? -1.f : 1.f);
}

template <class Stored, class Convert>
std::vector<float> converted(std::span<const unsigned char> bytes, Convert convert) {
  std::vector<float> numbers(bytes.size() / sizeof(Stored));
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + k * sizeof(Stored), sizeof(Stored));
    numbers[k] = convert(stored);
  }
  return numbers;
}

struct Type {
  std::string_view name;
  std::uint64_t bytes;
  std::vector<float> (*read)(std::span<const unsigned char>);
};
inline constexpr Type types[] = {
    {"F32", 4, [](auto bytes) { return converted<float>(bytes, [](float v) { return v; }); }},
    {"F16", 2, [](auto bytes) { return converted<std::uint16_t>(bytes, from_half); }},
    {"BF16", 2,
     [](auto bytes) {
       return converted<std::uint16_t>(
           bytes, [](std::uint16_t v) { return std::bit_cast<float>(std::uint32_t{v} << 16); });
     }},
    {"F64", 8,
     [](auto bytes) { return converted<double>(bytes, [](double v) { return static_cast<float>(v); }); }}};

// The header as JSON. The parser does not recurse, but it would build whatever nesting it is given.
inline json parse_header(std::span<const unsigned char> text, const std::string& name) {
  std::set<std::string> seen;
  const auto check = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > 3) throw Error(name + ": header nested deeper than expected of safetensors");
    if (event == json::parse_event_t::key && depth == 1 && !seen.insert(value.get<std::string>()).second)
      throw Error(name + ": " + in_quotes(value.get_ref<const std::string&>()) +
                  " is there twice: expected each name once");
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), check);
  } catch (const json::exception&) {
    throw Error(name + ": header is not JSON: expected a safetensors file");
  }
}

struct Entry {
  std::string name;
  const Type* type;
  std::vector<std::size_t> shape;
  std::uint64_t begin, end;
};

inline std::vector<std::uint64_t> naturals(const json& list, const std::string& what) {
  if (!list.is_array()) throw Error(what + ": expected a list of whole numbers");
  for (const json& value : list)
    if (!value.is_number_unsigned()) throw Error(what + ": expected whole numbers of at least 0");
  return list.get<std::vector<std::uint64_t>>();
}

// As an error message prints it: on one line and not too long.
inline std::string shortened(const json& value) {
  const std::string text = value.dump(-1, ' ', true);
  return text.size() <= 80 ? text : text.substr(0, 80) + "...";
}

inline Entry read_entry(const std::string& file, const std::string& name, const json& value) {
  const std::string what = file + ": tensor " + in_quotes(name);
  if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") ||
      !value.contains("data_offsets"))
    throw Error(what + ": expected dtype, shape and data_offsets");
  const auto* type = std::ranges::find_if(types, [&](const Type& t) { return value["dtype"] == t.name; });
  if (type == std::end(types))
    throw Error(what + " of type " + shortened(value["dtype"]) + ": expected F32, F16, BF16 or F64");
  const auto place = naturals(value["data_offsets"], what + ", data_offsets");
  Entry entry{name, type, naturals(value["shape"], what + ", shape"), 0, 0};
  if (place.size() != 2 || place[0] > place[1] || place[1] - place[0] != numbers(entry.shape) * type->bytes)
    throw Error(what + ": data_offsets " + shortened(value["data_offsets"]) +
                ": expected a begin and an end that fit its shape " + shortened(value["shape"]));
  entry.begin = place[0];
  entry.end = place[1];
  return entry;
}

}  // namespace safetensors

// `file` is only for messages.
inline Safetensors decode_safetensors(std::span<const unsigned char> bytes, const std::string& file) {
  using namespace safetensors;
  std::uint64_t length = 0;
  if (bytes.size() < 8)
    throw Error(file + ": truncated: " + std::to_string(bytes.size()) +
                " bytes: expected a safetensors file of at least 8");
  std::memcpy(&length, bytes.data(), 8);
  if (length > bytes.size() - 8 || length > largest_header)
    throw Error(file + ": truncated or no safetensors file: it claims a header of " + std::to_string(length) +
                " bytes, expected at most " +
                std::to_string(std::min<std::uint64_t>(bytes.size() - 8, largest_header)));
  const auto data = bytes.subspan(8 + static_cast<std::size_t>(length));
  const json header = parse_header(bytes.subspan(8, static_cast<std::size_t>(length)), file);
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
  for (const Entry& entry : entries) {  // first all places, so that nothing large is built from a bad file
    if (entry.begin != end)
      throw Error(file + ": tensor " + in_quotes(entry.name) + " starts at byte " +
                  std::to_string(entry.begin) + ": expected " + std::to_string(end) +
                  ", without overlap or hole");
    end = entry.end;
  }
  if (end != data.size())
    throw Error(file + ": " + (end > data.size() ? "truncated: " : "too long: ") +
                std::to_string(data.size()) + " bytes of numbers, expected " + std::to_string(end));
  for (Entry& entry : entries) {
    const auto place = data.subspan(entry.begin, entry.end - entry.begin);
    result.tensors.emplace_back(entry.name, Tensor{std::move(entry.shape), entry.type->read(place)});
  }
  return result;
}

inline Safetensors read_safetensors(const std::filesystem::path& path) {
  return decode_safetensors(read_file(path, safetensors::largest_file), path.string());
}

// All that comes before the numbers; `file` is only for messages.
inline std::string encode_header(const Safetensors& content, const std::string& file) {
  using namespace safetensors;
  json header = json::object();
  if (!content.metadata.empty()) header["__metadata__"] = content.metadata;
  std::uint64_t end = 0;
  for (const auto& [name, tensor] : content.tensors) {
    if (header.contains(name) || name == "__metadata__")
      throw Error(file + ": tensor " + in_quotes(name) + ": expected a name that is not taken");
    if (numbers(tensor.shape) != tensor.data.size())
      throw Error(file + ": tensor " + in_quotes(name) + " of " + std::to_string(tensor.data.size()) +
                  " numbers: expected as many as its shape holds");
    const std::uint64_t begin = std::exchange(end, end + 4 * tensor.data.size());
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
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

// A file that stood at `path` becomes `previous`, unless that is empty.
inline void write_safetensors(const std::filesystem::path& path, const Safetensors& content,
                              const std::filesystem::path& previous = {}) {
  const std::string header = encode_header(content, path.string());
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(header)));
  for (const auto& entry : content.tensors) file.write(std::as_bytes(std::span(entry.second.data)));
  file.commit(previous);
}

}  // namespace guise
