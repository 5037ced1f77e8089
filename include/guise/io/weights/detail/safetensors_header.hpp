// Internal: the JSON header of a safetensors file, read and checked entry by entry. It is a part of
// io/weights/safetensors.hpp, which has the contract.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/bytes/byte_reader.hpp>
#include <guise/io/weights/detail/element_types.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace guise::safetensors {

using nlohmann::json;

// The header as JSON, no deeper than the format allows: the parser does not recurse, but it would build any
// nesting that a file has.
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

struct Entry {  // of the header: a tensor, whose numbers are at bytes [begin, end) behind the header
  std::string name;
  const Type* type;  // one that cannot be read: of a counter, which is passed over
  std::vector<std::size_t> shape;
  std::uint64_t begin, end;
};

// The numbers of a JSON list of whole numbers.
inline std::vector<std::uint64_t> naturals(const json& list, const std::string& what) {
  if (!list.is_array()) throw Error(what + ": expected a list of whole numbers");
  for (const json& value : list)
    if (!value.is_number_unsigned()) throw Error(what + ": expected whole numbers of at least 0");
  return list.get<std::vector<std::uint64_t>>();
}

// A value as an error message can print it, on one line and not too long.
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
  if (type == std::end(types) && is_counter(name) && value["dtype"] == "I64") {
    static constexpr Type counter{"I64", NumberType::float64, 8, 0, nullptr, nullptr};
    type = &counter;
  } else if (type == std::end(types)) {
    throw Error(what + " of type " + shortened(value["dtype"]) +
                ": expected F32, F16, BF16 or F64, or I8 with scales");
  }
  const auto range = naturals(value["data_offsets"], what + ", data_offsets");
  Entry entry{name, type, naturals(value["shape"], what + ", shape"), 0, 0};
  if (range.size() != 2 || range[0] > range[1] || range[1] - range[0] != numbers(entry.shape) * type->bytes)
    throw Error(what + ": data_offsets " + shortened(value["data_offsets"]) +
                ": expected a begin and an end that fit its shape " + shortened(value["shape"]));
  entry.begin = range[0];
  entry.end = range[1];
  return entry;
}

}  // namespace guise::safetensors
