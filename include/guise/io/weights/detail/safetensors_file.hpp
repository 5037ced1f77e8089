// What io/weights/safetensors.hpp declares, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/core/error.hpp>
#include <guise/io/bytes/atomic_file.hpp>
#include <guise/io/bytes/read_file.hpp>
#include <guise/io/weights/detail/safetensors_header.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>
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
  for (Entry& entry : entries) {
    if (is_counter(entry.name)) continue;
    const auto numbers = data.subspan(entry.begin, entry.end - entry.begin);
    result.tensors.emplace_back(entry.name, Tensor{std::move(entry.shape), entry.type->read(numbers)});
  }
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

GUISE_FUNCTION std::string encode_header(const Safetensors& content, const std::string& file) {
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

GUISE_FUNCTION void write_safetensors(const std::filesystem::path& path, const Safetensors& content,
                                      const std::filesystem::path& previous) {
  const std::string header = encode_header(content, path.string());
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(header)));
  for (const auto& entry : content.tensors) file.write(std::as_bytes(std::span(entry.second.data)));
  file.commit(previous);
}

}  // namespace guise
