// Internal: the storages of a file of torch.save: for each key the bytes that tensors view, and the type of
// their numbers. A pickle refers to a storage by a persistent id: ("storage", type, key, device, count), in
// the older form followed by (key, offset, count) of a part of it, or None. It is a part of
// io/weights/torch_file.hpp.
#pragma once
#include <guise/io/bytes/zip_archive.hpp>
#include <guise/io/weights/pickle.hpp>

#include <array>
#include <iterator>

namespace guise::torch_file {

using pickle::Kind;
using pickle::Object;
using pickle::Pickle;

struct Element {
  std::string_view storage;
  std::uint64_t bytes;
  std::string_view type;  // its name in detail/element_types.hpp; whole numbers are not read, and have none
};
inline constexpr Element elements[] = {
    {"torch.FloatStorage", 4, "F32"},  {"torch.HalfStorage", 2, "F16"}, {"torch.BFloat16Storage", 2, "BF16"},
    {"torch.DoubleStorage", 8, "F64"}, {"torch.LongStorage", 8, ""},    {"torch.IntStorage", 4, ""},
    {"torch.ShortStorage", 2, ""},     {"torch.CharStorage", 1, ""},    {"torch.ByteStorage", 1, ""},
    {"torch.BoolStorage", 1, ""}};

// The globals that a state dict needs.
inline constexpr auto globals = [] {
  std::array<std::string_view, std::size(elements) + 4> names{
      "collections.OrderedDict", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2",
      "torch._utils._rebuild_parameter"};
  for (std::size_t k = 0; k < std::size(elements); ++k) names[4 + k] = elements[k].storage;
  return names;
}();

struct Storage {
  const Element* element;
  std::string_view key;
  std::uint64_t count;  // of numbers in the whole storage
  ByteSpan data;        // the part that the id means, mostly the whole
};

class Storages {
 public:
  static Storages of_archive(const Pickle& pickle, const ZipArchive& archive, const std::string& file);
  static Storages of_stream(const Pickle& pickle, ByteReader& stream);

  Storage find(const Object& persistent) const {
    Storage storage = described(persistent);
    const auto found = data_.find(storage.key);
    std::uint64_t bytes = 0;
    if (found == data_.end() || __builtin_mul_overflow(storage.count, storage.element->bytes, &bytes) ||
        bytes != found->second.size())
      throw Error(file_ + ": storage " + in_quotes(storage.key) + ": expected " +
                  std::to_string(storage.count) + " numbers of " + std::string(storage.element->storage) +
                  ", found " +
                  (found == data_.end() ? "none" : std::to_string(found->second.size()) + " bytes"));
    storage.data = found->second;
    const Object& id = pickle_[persistent.items[0]];
    const Object* part = pickle_.item(id, 5, Kind::tuple);
    if (!part) return storage;
    const Object *offset = pickle_.item(*part, 1, Kind::integer),
                 *count = pickle_.item(*part, 2, Kind::integer);
    if (!offset || !count || offset->number < 0 || count->number < 0) refuse_id();
    const std::uint64_t first = offset->number, n = count->number;
    if (first > storage.count || n > storage.count - first) refuse_id();
    storage.data = storage.data.subspan(first * storage.element->bytes, n * storage.element->bytes);
    return storage;
  }

 private:
  Storages(const Pickle& pickle, std::string file) : pickle_(pickle), file_(std::move(file)) {}

  [[noreturn]] void refuse_id() const {
    throw Error(file_ + ": expected the description of a storage: its type, key and count");
  }
  // The storage that an id means, without its data.
  Storage described(const Object& persistent) const {
    const Object* id = pickle_.item(persistent, 0, Kind::tuple);
    if (!id) refuse_id();
    const Object *word = pickle_.item(*id, 0, Kind::text), *type = pickle_.item(*id, 1, Kind::global),
                 *key = pickle_.item(*id, 2, Kind::text), *count = pickle_.item(*id, 4, Kind::integer);
    if (!word || word->text != "storage" || !type || !key || !count || count->number < 0) refuse_id();
    const auto* element = std::ranges::find(elements, type->text, &Element::storage);
    if (element == std::end(elements)) refuse_id();
    return {element, key->text, std::uint64_t(count->number), {}};
  }

  const Pickle& pickle_;
  std::string file_;
  std::map<std::string, ByteSpan, std::less<>> data_;
};

// ---- the archive ----
inline std::string archive_folder(const ZipArchive& archive, const std::string& file) {
  constexpr std::string_view name = "data.pkl";
  for (const auto& [entry, data] : archive.entries())
    if (entry == name || entry.ends_with("/data.pkl")) return entry.substr(0, entry.size() - name.size());
  throw Error(file + ": a zip archive without data.pkl: expected a file of torch.save");
}
// torch.jit.save writes code beside the tensors, whose names it does not keep as a state dict.
inline void refuse_script(const ZipArchive& archive, const std::string& file) {
  const auto is_code = [](std::string_view entry) {
    return entry.find("/code/") != entry.npos || entry.starts_with("code/");
  };
  bool script = std::ranges::any_of(archive.compressed(), is_code);
  for (const auto& entry : archive.entries()) script |= is_code(entry.first);
  if (script)
    throw Error(file +
                ": a TorchScript archive (torch.jit.save): expected a state dict, as "
                "torch.save(network.state_dict(), ...) writes it");
}

inline Pickle read_archive(const ZipArchive& archive, const std::string& file) {
  refuse_script(archive, file);
  archive.check_stored();
  const std::string folder = archive_folder(archive, file);
  if (const ByteSpan* order = archive.find(folder + "byteorder"); order && as_text(*order) != "little")
    throw Error(file + ": byte order " + in_quotes(as_text(*order)) + ": expected little");
  ByteReader in(*archive.find(folder + "data.pkl"), file);
  return pickle::read(in, globals);
}

inline Storages Storages::of_archive(const Pickle& pickle, const ZipArchive& archive,
                                     const std::string& file) {
  Storages storages(pickle, file);
  const std::string folder = archive_folder(archive, file) + "data/";
  for (const auto& [entry, data] : archive.entries())
    if (entry.starts_with(folder)) storages.data_.emplace(entry.substr(folder.size()), data);
  return storages;
}

// ---- the stream ----
inline Pickle read_stream(ByteReader& stream) {
  using namespace std::literals;
  const auto magic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv;  // 0x1950a86a20f9469cfc6c
  const std::string found = ": expected a file of torch.save, which starts with ";
  if (const Pickle first = pickle::read(stream, {}); first[first.root].text != magic)
    throw Error(stream.file() + found + "its magic number");
  if (const Pickle second = pickle::read(stream, {}); second[second.root].number != 1001)
    throw Error(stream.file() + found + "protocol 1001");
  const Pickle system = pickle::read(stream, globals);
  const Object& facts = system[system.root];
  for (std::size_t k = 0; k < facts.items.size(); ++k)
    if (const Object* name = system.item(facts, k, Kind::text); name && name->text == "little_endian")
      if (const Object* value = system.item(facts, k + 1, Kind::boolean); value && !value->number)
        throw Error(stream.file() + ": of a big endian machine: expected little endian");
  return pickle::read(stream, globals);
}

inline Storages Storages::of_stream(const Pickle& pickle, ByteReader& stream) {
  Storages storages(pickle, stream.file());
  std::map<std::string_view, std::uint64_t> sizes;  // bytes of a number by key, which the stream does not say
  for (const Object& object : pickle.objects)
    if (object.kind == Kind::persistent) {
      const Storage storage = storages.described(object);
      sizes.emplace(storage.key, storage.element->bytes);
    }
  const Pickle keys = pickle::read(stream, {});
  const Object& list = keys[keys.root];
  for (std::size_t k = 0; k < list.items.size(); ++k) {
    const Object* key = keys.item(list, k, Kind::text);
    const auto size = key ? sizes.find(key->text) : sizes.end();
    if (size == sizes.end())
      throw Error(stream.file() + ": a key of no storage: expected those of its tensors");
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(stream.number<std::uint64_t>(), size->second, &bytes)) bytes = UINT64_MAX;
    storages.data_.emplace(key->text, stream.take(bytes));
  }
  if (!stream.left().empty())
    throw Error(stream.file() + ": too long: " + std::to_string(stream.left().size()) +
                " bytes behind the last storage, expected none");
  return storages;
}

}  // namespace guise::torch_file
