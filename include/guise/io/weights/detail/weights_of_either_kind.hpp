// What io/weights/weights_file.hpp declares, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/io/bytes/what_it_is.hpp>
#include <guise/io/weights/torch_file.hpp>
#include <guise/io/weights/weights_file.hpp>

#include <algorithm>
#include <filesystem>
#include <set>

namespace guise {

namespace weights_file {

inline bool is_torch_file(ByteSpan bytes) {
  if (as_text(bytes).starts_with("PK\x03\x04")) return true;
  // A pickle: taken for the length of a safetensors header, its first bytes are far too large a number.
  std::uint64_t header = 0;
  if (bytes.size() >= 8) std::memcpy(&header, bytes.data(), 8);
  return as_text(bytes).starts_with("\x80") && (bytes.size() < 8 || header > safetensors::largest_header);
}

// What is neither kind is refused by what it is, where its first bytes say so. What might be a damaged file of
// either kind is left to their readers.
inline void refuse_others(ByteSpan bytes, const std::string& path) {
  const std::string found = what_it_is(bytes.first(std::min<std::size_t>(bytes.size(), 512)));
  if (found.empty() || found == "a zip archive" || found == "a pickle of Python" ||
      found == "a safetensors file")
    return;
  std::uint64_t header = 0;  // of a safetensors file any first byte may be
  if (bytes.size() >= 9) std::memcpy(&header, bytes.data(), 8);
  if (header > 0 && header <= bytes.size() - 8 && bytes[8] == '{') return;
  throw Error(path + ": " + found + ", " + std::to_string(bytes.size()) +
              " bytes: expected weights, a .safetensors file or one of torch.save");
}

inline std::string without_wrappers(std::string name) {
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view wrapper : {"module.", "_orig_mod."})
      if (name.starts_with(wrapper)) {
        name.erase(0, wrapper.size());
        found = true;
      }
  }
  return name;
}

GUISE_FUNCTION void to_reference_names(Safetensors& file, const std::string& path) {
  for (auto& named : file.tensors) named.first = without_wrappers(std::move(named.first));
  std::set<std::string_view> seen;
  for (const auto& entry : file.tensors)
    if (!seen.insert(entry.first).second)
      throw Error(path + ": two tensors are " + in_quotes(entry.first) + " without wrappers: expected one");
}

}  // namespace weights_file

GUISE_FUNCTION Safetensors read_weights(const std::filesystem::path& path) {
  const auto bytes = read_file(path, safetensors::largest_file);
  weights_file::refuse_others(bytes, path.string());
  Safetensors file = weights_file::is_torch_file(bytes) ? decode_torch_file(bytes, path.string())
                                                        : decode_safetensors(bytes, path.string());
  weights_file::to_reference_names(file, path.string());
  return file;
}

}  // namespace guise
