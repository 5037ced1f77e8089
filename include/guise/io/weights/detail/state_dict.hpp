// What io/weights/torch_file.hpp declares, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/io/bytes/zip_archive.hpp>
#include <guise/io/weights/detail/element_types.hpp>
#include <guise/io/weights/detail/strided_view.hpp>
#include <guise/io/weights/detail/torch_storage.hpp>
#include <guise/io/weights/pickle.hpp>
#include <guise/io/weights/torch_file.hpp>

#include <initializer_list>
#include <set>
#include <vector>

namespace guise {

namespace torch_file {

class StateDict {
 public:
  StateDict(const Pickle& pickle, const Storages& storages, std::uint64_t most, const std::string& file)
      : pickle_(pickle), storages_(storages), numbers_left_(most), file_(file) {}

  Safetensors tensors() {
    const Object& dict = find();
    bool of_networks = false;  // a training's, which has each network's state dict beside other things
    for (std::size_t k = 1; k < dict.items.size(); k += 2)
      of_networks = of_networks || holds_tensors(pickle_[dict.items[k]]);
    add(dict, "", of_networks);
    return std::move(result_);
  }

 private:
  const Object& find() const {  // the dict of the tensors
    const Object& root = pickle_[pickle_.root];
    if (root.kind != Kind::dict) throw Error(file_ + ": holds no dict: expected a state dict");
    for (const std::string_view wrapper : {"state_dict", "model_state_dict", "model"})
      for (std::size_t k = 0; k < root.items.size(); k += 2)
        if (const Object* key = pickle_.item(root, k, Kind::text); key && key->text == wrapper)
          if (const Object* dict = pickle_.item(root, k + 1, Kind::dict)) return *dict;
    return root;
  }

  void add(const Object& dict, const std::string& before, bool of_networks) {
    for (std::size_t k = 0; k < dict.items.size(); k += 2) {
      const Object &entry = pickle_[dict.items[k + 1]], *key = pickle_.item(dict, k, Kind::text);
      if (of_networks && !is_tensor(entry)) {
        if (key && holds_tensors(entry)) add(entry, before + std::string(key->text) + ".", false);
        continue;
      }
      if (!key) throw Error(file_ + ": a key that is no text: expected the names of tensors");
      const std::string name = before + std::string(key->text);
      if (!seen_.insert(name).second)
        throw Error(file_ + ": tensor " + in_quotes(name) + " is there twice: expected each name once");
      if (!safetensors::is_counter(name)) result_.tensors.emplace_back(name, tensor(entry, name));
    }
  }
  bool is_tensor(const Object& object) const {
    return arguments(object, {"torch._utils._rebuild_parameter", "torch._utils._rebuild_tensor_v2",
                              "torch._utils._rebuild_tensor"});
  }
  bool holds_tensors(const Object& object) const {
    return object.kind == Kind::dict && !object.items.empty() && pickle_.item(object, 0, Kind::text) &&
           is_tensor(pickle_[object.items[1]]);
  }

  // The arguments of the object if it is a call of one of `names`, else null.
  const Object* arguments(const Object& object, std::initializer_list<std::string_view> names) const {
    if (object.kind != Kind::call) return nullptr;
    const bool is_called = std::ranges::find(names, pickle_[object.items[0]].text) != names.end();
    return is_called ? &pickle_[object.items[1]] : nullptr;
  }
  std::vector<std::uint64_t> naturals(const Object* tuple, const std::string& what) const {
    constexpr std::size_t most_axes = 16;
    if (!tuple || tuple->items.size() > most_axes) throw Error(what + ": expected a tuple of up to 16 sizes");
    std::vector<std::uint64_t> values;
    for (std::size_t k = 0; k < tuple->items.size(); ++k) {
      const Object* value = pickle_.item(*tuple, k, Kind::integer);
      if (!value || value->number < 0) throw Error(what + ": expected whole numbers of at least 0");
      values.push_back(value->number);
    }
    return values;
  }

  // What stands where a tensor should: a checkpoint has the dicts of several networks, or an optimiser's.
  std::string what_entry_is(const Object& object) const {
    if (object.kind != Kind::dict) return "";
    std::string names;
    for (std::size_t k = 0; k < object.items.size() && k < 4; k += 2)
      if (const Object* key = pickle_.item(object, k, Kind::text))
        names += (names.empty() ? " but a dict of " : ", ") + in_quotes(key->text);
    return names.empty() ? " but a dict" : names + (object.items.size() > 4 ? ", ..." : "");
  }

  Tensor tensor(const Object& object, const std::string& name) {
    const std::string what = file_ + ": tensor " + in_quotes(name);
    const Object* made = &object;
    if (const Object* parameter = arguments(object, {"torch._utils._rebuild_parameter"}))
      made = parameter->items.empty() ? made : &pickle_[parameter->items[0]];
    const Object* from =
        arguments(*made, {"torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor"});
    if (!from)
      throw Error(file_ + ": entry " + in_quotes(name) + " is no tensor" + what_entry_is(object) +
                  ": expected a state dict, names and tensors");
    const Object* id = pickle_.item(*from, 0, Kind::persistent);
    const Object* offset = pickle_.item(*from, 1, Kind::integer);
    if (!id || !offset || offset->number < 0) throw Error(what + ": expected a storage and an offset");
    const StridedView view{std::uint64_t(offset->number),
                           naturals(pickle_.item(*from, 2, Kind::tuple), what + ", shape"),
                           naturals(pickle_.item(*from, 3, Kind::tuple), what + ", strides")};

    const Storage storage = storages_.find(*id);
    const auto* type = std::ranges::find(safetensors::types, storage.element->type, &safetensors::Type::name);
    if (type == std::end(safetensors::types))
      throw Error(what + " of " + std::string(storage.element->storage) +
                  ": expected float, half, bfloat16 or double");
    const std::uint64_t count = safetensors::numbers({view.sizes.begin(), view.sizes.end()});
    if (!view.fits(storage.data.size() / type->bytes))
      throw Error(what + ": expected a shape, strides and an offset within its storage");
    if (count > numbers_left_)
      throw Error(what + ": expected no more numbers in all tensors than the file has bytes");
    numbers_left_ -= count;
    return {{view.sizes.begin(), view.sizes.end()},
            type->read(view.contiguous(storage.data, type->bytes, count, copy_)),
            type->type};
  }

  const Pickle& pickle_;
  const Storages& storages_;
  std::uint64_t numbers_left_;
  const std::string& file_;
  std::vector<unsigned char> copy_;  // of a tensor that is not contiguous
  Safetensors result_;
  std::set<std::string> seen_;
};

}  // namespace torch_file

GUISE_FUNCTION Safetensors decode_torch_file(ByteSpan bytes, const std::string& file) {
  using namespace torch_file;
  if (as_text(bytes).starts_with("PK")) {
    const ZipArchive archive(bytes, file);
    const Pickle pickle = read_archive(archive, file);
    return StateDict(pickle, Storages::of_archive(pickle, archive, file), bytes.size(), file).tensors();
  }
  ByteReader stream(bytes, file);
  const Pickle pickle = read_stream(stream);
  return StateDict(pickle, Storages::of_stream(pickle, stream), bytes.size(), file).tensors();
}

}  // namespace guise
