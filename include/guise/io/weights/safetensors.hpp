// Safetensors are named tensors with metadata, a map of strings, as a file of the safetensors format holds
// them: eight bytes with the length of a JSON header (little endian), the header with the type, the shape and
// the offsets of each tensor, then the numbers. Written are F32, padded so that the numbers start at a
// multiple of eight bytes; F32, F16, BF16 and F64 are read, into float, and num_batches_tracked is left out. It is
// independent of networks.
//
// Whatever a file claims is checked before memory is allocated for it. Throws Error with the path and what
// was expected: truncated, bad JSON, a name twice, an unknown type, offsets that overlap, leave holes or do
// not fit the shape.
#pragma once
#include <guise/io/bytes/read_file.hpp>
#include <guise/io/weights/tensor.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guise {

struct Safetensors {
  std::vector<std::pair<std::string, Tensor>> tensors;  // in the order of their numbers in the file
  std::map<std::string, std::string> metadata;

  const Tensor* find(std::string_view name) const {
    const auto found = std::ranges::find(tensors, name, [](const auto& entry) { return entry.first; });
    return found == tensors.end() ? nullptr : &found->second;
  }
};

namespace safetensors {

inline constexpr std::uint64_t largest_file = std::uint64_t{1} << 34,  // bytes
    largest_header = std::uint64_t{1} << 26;

}  // namespace safetensors

// `file` is only for messages.
Safetensors decode_safetensors(std::span<const unsigned char> bytes, const std::string& file);
inline Safetensors read_safetensors(const std::filesystem::path& path) {
  return decode_safetensors(read_file(path, safetensors::largest_file), path.string());
}
// The metadata alone, for which no number is read.
std::map<std::string, std::string> read_metadata(const std::filesystem::path& path);

// The bytes of a file that precede the numbers; `file` is only for messages.
std::string encode_header(const Safetensors& content, const std::string& file);
// A file that was at `path` before is renamed to `previous`, unless that is empty.
void write_safetensors(const std::filesystem::path& path, const Safetensors& content,
                       const std::filesystem::path& previous = {});

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/io/weights/detail/safetensors_file.hpp>
#endif
