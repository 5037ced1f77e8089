// A protobuf::Message is a message of protocol buffers that is being written: fields one after the other,
// each a key (number and kind) and a value (https://protobuf.dev/programming-guides/encoding). ONNX and
// TensorBoard files are made of them.
#pragma once
#include <guise/core/compiler.hpp>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace guise::protobuf {

static_assert(std::endian::native == std::endian::little, "numbers are written as they are stored in memory");

class Message {
 public:
  Message& number(int field, std::uint64_t value) { return key(field, 0).varint(value); }
  Message& bytes(int field, std::string_view value) {
    key(field, 2).varint(value.size());
    text_.append(value);
    return *this;
  }
  Message& message(int field, const Message& value) { return bytes(field, value.text_); }
  Message& real(int field, float value) { return key(field, 5).raw(value); }
  Message& real(int field, double value) { return key(field, 1).raw(value); }
  const std::string& text() const { return text_; }

 private:
  Message& key(int field, unsigned kind) { return varint(static_cast<unsigned>(field) << 3 | kind); }
  Message& varint(std::uint64_t value) {
    for (; value > 127; value >>= 7) text_.push_back(static_cast<char>(value | 128));
    text_.push_back(static_cast<char>(value));
    return *this;
  }
  template <class T> Message& raw(T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    text_.append(bytes, sizeof value);
    return *this;
  }
  std::string text_;
};

}  // namespace guise::protobuf
