// Files of torch.save by hand: pickles in the spelling of Python 2, which the public weights of 2018 have,
// the stream around them, and zip archives. For what PyTorch itself would not write, or not any more.
#pragma once
#include <guise/io/weights/safetensors.hpp>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace guise::testing {

using namespace std::literals;

template <class T> std::string raw_bytes(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

namespace pickled {

inline std::string text(const std::string& s) {
  return "T" + raw_bytes(static_cast<std::uint32_t>(s.size())) + s;
}
inline std::string number(std::int64_t k) { return "\x8a\x08" + raw_bytes(k); }
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(const std::vector<std::int64_t>& values) {
  std::string all = "(";
  for (std::int64_t value : values) all += number(value);
  return all + "t";
}
inline std::string storage(const std::string& key, std::int64_t count, const std::string& part = "N",
                           const std::string& type = "FloatStorage") {
  return "(" + text("storage") + global("torch", type) + text(key) + text("cpu") + number(count) + part +
         "tQ";
}
inline std::string tensor(const std::string& storage, std::int64_t offset,
                          const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& strides) {
  return global("torch._utils", "_rebuild_tensor") + "(" + storage + number(offset) + tuple(sizes) +
         tuple(strides) + "tR";
}
// An OrderedDict of what is pickled already.
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string all = global("collections", "OrderedDict") + "](";
  for (const auto& [name, value] : entries) all += "](" + text(name) + value + "e";
  return all + "e\x85R";
}

}  // namespace pickled

// The stream: `object` without protocol and stop; storages of float by key.
inline std::string torch_stream(const std::string& object,
                                const std::vector<std::pair<std::string, std::vector<float>>>& storages,
                                const std::string& system = "}") {
  std::string file = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02" +
                     system + ".\x80\x02" + object + ".\x80\x02](";
  for (const auto& [key, numbers] : storages) file += pickled::text(key);
  file += "e.";
  for (const auto& [key, numbers] : storages) {
    file += raw_bytes(static_cast<std::int64_t>(numbers.size()));
    file.append(reinterpret_cast<const char*>(numbers.data()), 4 * numbers.size());
  }
  return file;
}

// The same tensors as a stream, all of them parts of one storage.
inline std::string torch_stream(const Safetensors& content) {
  std::vector<float> all;
  for (const auto& entry : content.tensors)
    all.insert(all.end(), entry.second.data.begin(), entry.second.data.end());
  std::vector<std::pair<std::string, std::string>> entries;
  std::int64_t first = 0;
  for (const auto& [name, tensor] : content.tensors) {
    const std::vector<std::int64_t> sizes(tensor.shape.begin(), tensor.shape.end());
    std::vector<std::int64_t> strides(sizes.size(), 1);
    for (std::size_t k = sizes.size(); k-- > 1;) strides[k - 1] = strides[k] * sizes[k];
    const auto count = static_cast<std::int64_t>(tensor.data.size());
    const std::string part =
        "(" + pickled::text(name) + pickled::number(first) + pickled::number(count) + "t";
    entries.emplace_back(
        name, pickled::tensor(pickled::storage("all", static_cast<std::int64_t>(all.size()), part), 0, sizes,
                              strides));
    first += count;
  }
  return torch_stream(pickled::dict(entries), {{"all", all}});
}

struct ZipEntry {
  std::string name, data;
  std::uint16_t method = 0, flags = 0;
  std::string name_in_header = name;
  bool wide = false;  // the directory has its sizes and its offset in a zip64 field
};
inline std::string zip_archive(const std::vector<ZipEntry>& entries, const std::string& comment = "") {
  std::string file, directory;
  const auto u16 = [](std::size_t n) { return raw_bytes(static_cast<std::uint16_t>(n)); };
  const auto u32 = [](std::size_t n) { return raw_bytes(static_cast<std::uint32_t>(n)); };
  for (const ZipEntry& e : entries) {
    const std::string size = u32(e.data.size()), none = u32(UINT32_MAX), names = u16(e.name.size()),
                      extra = raw_bytes(std::uint64_t{e.data.size()}) +
                              raw_bytes(std::uint64_t{e.data.size()}) + raw_bytes(std::uint64_t{file.size()});
    directory += "PK\x01\x02" + u32(0) + u16(e.flags) + u16(e.method) + u32(0) + u32(0) +
                 (e.wide ? none + none + names + u16(36) : size + size + names + u16(0)) + u32(0) + u16(0) +
                 u32(0) + (e.wide ? none : u32(file.size())) + e.name;
    if (e.wide) directory += u16(7) + u16(4) + u32(0) + u16(1) + u16(24) + extra;  // behind another field
    file += "PK\x03\x04" + u16(0) + u16(e.flags) + u16(e.method) + u32(0) + u32(0) + size + size + names +
            u16(0) + e.name_in_header + e.data;
  }
  return file + directory + "PK\x05\x06" + u32(0) + u16(entries.size()) + u16(entries.size()) +
         u32(directory.size()) + u32(file.size()) + u16(comment.size()) + comment;
}

}  // namespace guise::testing
