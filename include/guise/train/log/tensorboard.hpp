// What TensorBoard shows: an event file of scalars and pictures, one record an event, in TensorFlow's record
// format (length, its checksum, the message, its checksum; CRC-32C, masked). Each record is written at once
// and flushed, so a run that is killed leaves all but the last one readable. A resumed run begins a file of
// its own: TensorBoard shows the files of a folder as one.
//
// Throws Error where the file cannot be made or written.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/onnx/protobuf.hpp>

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace guise {

namespace tensorboard {

inline std::uint32_t checksum(std::string_view bytes) {  // CRC-32C (Castagnoli), masked as the format asks
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> rows{};
    for (std::uint32_t k = 0; k < 256; ++k) {
      rows[k] = k;
      for (int bit = 0; bit < 8; ++bit) rows[k] = rows[k] >> 1 ^ (rows[k] & 1 ? 0x82f63b78u : 0);
    }
    return rows;
  }();
  std::uint32_t sum = ~0u;
  for (char byte : bytes) sum = sum >> 8 ^ table[(sum ^ static_cast<unsigned char>(byte)) & 255];
  sum = ~sum;
  return (sum >> 15 | sum << 17) + 0xa282ead8u;
}

inline double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace tensorboard

class EventFile {
 public:
  explicit EventFile(const std::filesystem::path& folder) {
    char name[96];
    std::snprintf(name, sizeof name, "events.out.tfevents.%.6f.%d", tensorboard::now(), int(getpid()));
    path_ = folder / name;
    file_.open(path_, std::ios::binary);
    write(protobuf::Message().real(1, tensorboard::now()).bytes(3, "brain.Event:2"));
  }

  void scalar(std::string_view name, long step, float value) {
    add(step, protobuf::Message().bytes(1, name).real(2, value));
  }
  void picture(std::string_view name, long step, int width, int height, std::string_view png) {
    constexpr unsigned rgb = 3;  // as TensorBoard counts colour spaces
    const auto picture = protobuf::Message()
                             .number(1, unsigned(height))
                             .number(2, unsigned(width))
                             .number(3, rgb)
                             .bytes(4, png);
    add(step, protobuf::Message().bytes(1, name).message(4, picture));
  }

 private:
  void add(long step, const protobuf::Message& value) {
    write(protobuf::Message()
              .real(1, tensorboard::now())
              .number(2, static_cast<std::uint64_t>(step))
              .message(5, protobuf::Message().message(1, value)));
  }
  void write(const protobuf::Message& event) {
    const std::string& text = event.text();
    std::string record(12 + text.size() + 4, '\0');
    const std::uint64_t length = text.size();
    std::memcpy(record.data(), &length, 8);
    put(record, 8, tensorboard::checksum({record.data(), 8}));
    record.replace(12, text.size(), text);
    put(record, 12 + text.size(), tensorboard::checksum(text));
    file_.write(record.data(), static_cast<std::streamsize>(record.size())).flush();
    if (!file_) throw Error(path_.string() + ": cannot be written: expected a folder with room for events");
  }
  static void put(std::string& record, std::size_t at, std::uint32_t sum) {
    std::memcpy(record.data() + at, &sum, 4);
  }

  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace guise
