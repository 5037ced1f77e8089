// What the instructions of a pickle work on: objects, a stack with marks, a memo. A part of
// guise/io/weights/pickle.hpp, which has the contract.
#pragma once
#include <guise/io/bytes/byte_reader.hpp>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <vector>

namespace guise::pickle {

enum class Kind { none, boolean, integer, large, real, text, tuple, list, dict, global, call, persistent };
using Index = std::uint32_t;

struct Object {
  Kind kind = Kind::none;
  std::int64_t number = 0;   // of a boolean or an integer
  std::string text;          // a text; a global's "module.name"; a large integer's bytes, little endian
  std::vector<Index> items;  // tuple, list; a dict's key, value, key, ...; a call's global and arguments;
};                           // a persistent object's id

struct Pickle {
  std::vector<Object> objects;
  Index root = 0;

  const Object& operator[](Index k) const { return objects[k]; }
  const Object* item(const Object& of, std::size_t k, Kind kind) const {  // null where there is no such
    return k < of.items.size() && objects[of.items[k]].kind == kind ? &objects[of.items[k]] : nullptr;
  }
};

inline constexpr std::size_t most_objects = std::size_t{1} << 20;  // a nine-block generator has 2300

class Machine {
 public:
  Machine(ByteReader& in, std::span<const std::string_view> globals) : in_(in), globals_(globals) {}

 protected:
  [[noreturn]] void refuse_file(const std::string& found) const {
    throw Error(in_.file() + ": " + found + ": expected a state dict as torch.save writes it");
  }
  void bound(std::size_t count) const {
    if (count >= most_objects) refuse_file("a pickle of more than a million parts");
  }
  Object& at(Index k) { return result_.objects[k]; }

  void push(Index k) {
    bound(stack_.size());
    stack_.push_back(k);
  }
  void add(Object object) {
    bound(result_.objects.size());
    result_.objects.push_back(std::move(object));
    push(static_cast<Index>(result_.objects.size() - 1));
  }
  void add(Kind kind, std::int64_t number = 0) { add(Object{kind, number, {}, {}}); }
  void add_text(std::uint64_t bytes) { add(Object{Kind::text, 0, std::string(in_.text(bytes)), {}}); }

  Index top() const {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) refuse_file("a pickle that takes too much");
    return stack_.back();
  }
  Index pop() {
    const Index k = top();
    stack_.pop_back();
    return k;
  }
  std::vector<Index> pop_to_mark() {
    if (marks_.empty()) refuse_file("a pickle without a mark");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Index> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }
  std::vector<Index> pop_last(std::size_t n) {
    std::vector<Index> items(n);
    for (; n > 0; --n) items[n - 1] = pop();
    return items;
  }
  void extend(Kind kind, const std::vector<Index>& items) {  // the list or dict on top
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
    std::vector<Index> parts = pop_last(2);
    const Object &global = at(parts[0]), &arguments = at(parts[1]);
    if (global.kind != Kind::global || arguments.kind != Kind::tuple) refuse_file("a call of no global");
    if (global.text != "collections.OrderedDict") return add(Object{Kind::call, 0, {}, std::move(parts)});
    Object dict{Kind::dict, 0, {}, {}};
    if (arguments.items.size() > 1) refuse_file("an OrderedDict of several arguments");
    if (arguments.items.size() == 1)  // Python 2 gives a list of pairs
      for (const Index k : at(arguments.items[0]).items) {
        bound(copied_++);  // one list may be asked for again and again
        if (at(k).items.size() != 2) refuse_file("an OrderedDict of no pairs");
        dict.items.insert(dict.items.end(), at(k).items.begin(), at(k).items.end());
      }
    add(std::move(dict));
  }

  void add_line() {  // INT of protocol 0, which Python 2 mixes in; 00 and 01 are its booleans
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
  void add_tuple(std::vector<Index> items) { add(Object{Kind::tuple, 0, {}, std::move(items)}); }

  ByteReader& in_;
  std::span<const std::string_view> globals_;
  Pickle result_;
  std::vector<Index> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, Index> memo_;
  std::size_t copied_ = 0;
};

}  // namespace guise::pickle
