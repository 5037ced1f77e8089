// A protobuf::Reader reads a message of protocol buffers field by field, without copying and without
// allocating (https://protobuf.dev/programming-guides/encoding). A message inside another is read by a reader
// of its own, so the caller decides how deep to go. Throws Error with the file's name: truncated, a number of
// more than 64 bits, a kind of field that is not in use.
#pragma once
#include <guise/io/bytes/byte_reader.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace guise::protobuf {

struct Field {
  enum Kind { varint = 0, eight_bytes = 1, bytes = 2, four_bytes = 5 };
  std::uint64_t number = 0;
  Kind kind = varint;
  std::uint64_t value = 0;  // of a varint
  ByteSpan data;            // of all others

  bool is(std::uint64_t wanted, Kind of) const { return number == wanted && kind == of; }
};

class Reader {
 public:
  Reader(ByteSpan bytes, std::string file) : bytes_(bytes, std::move(file)) {}

  bool done() const { return bytes_.left().empty(); }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = bytes_.number<std::uint8_t>();
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 127u} << shift;
      if (byte < 128) return value;
    }
    throw Error(bytes_.file() + ": damaged: a number of more than 64 bits at byte " +
                std::to_string(bytes_.at()) + " of a message");
  }
  Field next() {
    const std::uint64_t key = varint();
    Field field{key >> 3, static_cast<Field::Kind>(key & 7), 0, {}};
    switch (field.kind) {
      case Field::varint:
        field.value = varint();
        return field;
      case Field::eight_bytes:
        field.data = bytes_.take(8);
        return field;
      case Field::bytes:
        field.data = bytes_.take(varint());
        return field;
      case Field::four_bytes:
        field.data = bytes_.take(4);
        return field;
    }
    throw Error(bytes_.file() + ": damaged, or no protocol buffer: a field of kind " +
                std::to_string(key & 7) + " at byte " + std::to_string(bytes_.at()) + " of a message");
  }

 private:
  ByteReader bytes_;
};

}  // namespace guise::protobuf
