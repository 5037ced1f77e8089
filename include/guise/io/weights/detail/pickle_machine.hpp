// Internal: a Machine is the state that the instructions of a pickle work on: objects, a stack with marks, a
// memo. It is a part of io/weights/pickle.hpp, which has the contract.
#pragma once
#include <guise/core/index.hpp>
#include <guise/io/bytes/byte_reader.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <unordered_map>
#include <vector>

namespace guise::pickle {

enum class Kind { none, boolean, integer, large, real, text, tuple, list, dict, global, call, persistent };
using Id = std::uint32_t;  // the index of an object

struct Object {
  Kind kind = Kind::none;
  std::int64_t number = 0;  // of a boolean or an integer
  std::string text;         // a text; a global's "module.name"; a large integer's bytes, little endian
  // The items of a tuple or a list; a dict's key, value, key, ...; a call's global and arguments; a
  // persistent object's id.
  std::vector<Id> items;
};

struct Pickle {
  std::vector<Object> objects;
  Id root = 0;

  const Object& operator[](Id k) const { return objects[k]; }
  // Item k of an object; null where there is none of this kind.
  const Object* item(const Object& of, std::size_t k, Kind kind) const {
    return k < of.items.size() && objects[of.items[k]].kind == kind ? &objects[of.items[k]] : nullptr;
  }
};

inline constexpr std::size_t most_objects = std::size_t{1} << 20;  // a nine-block generator needs 2300

class Machine {
 public:
  Machine(ByteReader& in, std::span<const std::string_view> globals) : in_(in), globals_(globals) {}

 protected:
  [[noreturn]] void refuse_file(const std::string& found) const {
    throw Error(in_.file() + ": " + found +
                ": expected a state dict, as torch.save(net.state_dict(), ...) writes it");
  }
  void bound(std::size_t count) const {
    if (count >= most_objects) refuse_file("a pickle of more than a million parts");
  }
  Object& at(Id k) { return result_.objects[k]; }

  void push(Id k) {
    bound(stack_.size());
    stack_.push_back(k);
  }
  void add(Object object) {
    bound(result_.objects.size());
    result_.objects.push_back(std::move(object));
    push(Id(result_.objects.size() - 1));
  }
  void add(Kind kind, std::int64_t number = 0) { add(Object{kind, number, {}, {}}); }
  void add_text(std::uint64_t bytes) { add(Object{Kind::text, 0, std::string(in_.text(bytes)), {}}); }

  Id top() const {
    if (std::ssize(stack_) <= (marks_.empty() ? 0 : marks_.back()))
      refuse_file("a pickle that takes too much");
    return stack_.back();
  }
  Id pop() {
    const Id k = top();
    stack_.pop_back();
    return k;
  }
  std::vector<Id> pop_to_mark() {
    if (marks_.empty()) refuse_file("a pickle without a mark");
    const auto first = stack_.begin() + marks_.back();
    std::vector<Id> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }
  std::vector<Id> pop_last(std::size_t n) {
    std::vector<Id> items(n);
    for (; n > 0; --n) items[n - 1] = pop();
    return items;
  }
  void extend(Kind kind, const std::vector<Id>& items) {  // appends to the list or dict on top of the stack
    Object& target = at(top());
    if (target.kind != kind || (kind == Kind::dict && items.size() % 2))
      refuse_file("a pickle that adds wrong");
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  void memoize(std::uint32_t key) {
    bound(memo_.size());
    memo_[key] = top();
  }
  void recall(std::uint32_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) refuse_file("a pickle that recalls what it has not kept");
    push(found->second);
  }

  void add_global(const std::string& name) {
    if (std::ranges::find(globals_, name) == globals_.end())
      refuse_file("the pickle asks for " + in_quotes(name) + ", which is not executed");
    add(Object{Kind::global, 0, name, {}});
  }
  void global_of_stack() {
    const auto parts = pop_last(2);
    if (at(parts[0]).kind != Kind::text || at(parts[1]).kind != Kind::text)
      refuse_file("a global without a name");
    add_global(at(parts[0]).text + "." + at(parts[1]).text);
  }

  void call() {
    std::vector<Id> parts = pop_last(2);
    const Object &global = at(parts[0]), &arguments = at(parts[1]);
    if (global.kind != Kind::global || arguments.kind != Kind::tuple) refuse_file("a call of no global");
    if (global.text != "collections.OrderedDict") return add(Object{Kind::call, 0, {}, std::move(parts)});
    Object dict{Kind::dict, 0, {}, {}};
    if (arguments.items.size() > 1) refuse_file("an OrderedDict of several arguments");
    if (arguments.items.size() == 1)  // Python 2 gives a list of pairs
      for (const Id k : at(arguments.items[0]).items) {
        bound(copied_++);  // a file may copy one list again and again
        if (at(k).items.size() != 2) refuse_file("an OrderedDict of no pairs");
        dict.items.insert(dict.items.end(), at(k).items.begin(), at(k).items.end());
      }
    add(std::move(dict));
  }

  void add_line() {  // INT of protocol 0, which Python 2 writes too; 00 and 01 are its booleans
    const std::string_view line = in_.line();
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (code != std::errc() || end != line.data() + line.size()) refuse_file("a number " + in_quotes(line));
    add(line == "00" || line == "01" ? Kind::boolean : Kind::integer, value);
  }
  void add_long(std::uint8_t bytes) {  // two's complement
    const ByteSpan digits = in_.take(bytes);
    if (bytes > 8) return add(Object{Kind::large, 0, std::string(as_text(digits)), {}});
    std::uint64_t value = bytes && digits.back() & 0x80 ? UINT64_MAX : 0;
    for (std::size_t k = bytes; k-- > 0;) value = value << 8 | digits[k];
    add(Kind::integer, static_cast<std::int64_t>(value));
  }
  void add_tuple(std::vector<Id> items) { add(Object{Kind::tuple, 0, {}, std::move(items)}); }

  ByteReader& in_;
  std::span<const std::string_view> globals_;
  Pickle result_;
  std::vector<Id> stack_;
  std::vector<Index> marks_;
  std::unordered_map<std::uint32_t, Id> memo_;
  std::size_t copied_ = 0;
};

}  // namespace guise::pickle
