// Safetensors are named tensors with metadata, a map of strings, as a file of the safetensors format holds
// them: eight bytes with the length of a JSON header (little endian), the header with the type, the shape and
// the offsets of each tensor, then the numbers. Each tensor is written as its `type` says, and read into float: F32, F16,
// BF16, F64, and I8 with a scale for each channel (docs/few_bits.md), which is read and written as one tensor. 16 bits are
// to the nearest, of two the even one; int8 is to the nearest multiple of max|w| / 127. num_batches_tracked is left out when
// reading. Written numbers start at multiples of eight bytes and lie in the order of the tensors, wider types first. It is
// independent of networks.
//
// Whatever a file claims is checked before memory is allocated for it. Throws Error with the path and what
// was expected: truncated, bad JSON, a name twice, an unknown type, offsets that overlap, leave holes or do
// not fit the shape, I8 without its scheme or its scales; in writing a number that float16 or bfloat16 cannot hold, and
// one that is not finite in any type but F32 and F64.
#pragma once
#include <guise/core/function_ref.hpp>
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

// The bytes of a file, in pieces from its beginning; `file` is only for messages.
void encode_safetensors(const Safetensors& content, const std::string& file,
                        FunctionRef<void(std::span<const std::byte>)> write);
inline std::vector<unsigned char> encode_safetensors(const Safetensors& content, const std::string& file) {
  std::vector<unsigned char> all;
  encode_safetensors(content, file, [&](std::span<const std::byte> bytes) {
    const auto* first = reinterpret_cast<const unsigned char*>(bytes.data());
    all.insert(all.end(), first, first + bytes.size());
  });
  return all;
}
// A file that was at `path` before is renamed to `previous`, unless that is empty.
void write_safetensors(const std::filesystem::path& path, const Safetensors& content,
                       const std::filesystem::path& previous = {});

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/io/weights/detail/safetensors_file.hpp>
#include <guise/io/weights/detail/safetensors_writer.hpp>
#endif
