// A ZipArchive is the table of entries of a zip file that stores them without compression, as torch.save does
// (PKWARE APPNOTE 6.3: central directory, zip64 records, local headers; no encryption, one disk). Entries are
// views of the bytes that were given, which must outlive the archive. Checksums are not verified.
//
// Sizes and offsets are those of the central directory. Where an entry's data begin is said by its own local
// header, whose extra field is how torch aligns them. Throws Error with the file's name: truncated, a record
// outside of the file, a name twice, an entry that is encrypted; where it is asked, an entry that is compressed.
#pragma once
#include <guise/io/bytes/byte_reader.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace guise {

class ZipArchive {
 public:
  using Entries = std::map<std::string, ByteSpan, std::less<>>;

  ZipArchive(ByteSpan bytes, std::string file) : bytes_(bytes), file_(std::move(file)) {
    const Directory directory = find_directory();
    ByteReader records(part(directory.begin, directory.size, "central directory"), file_);
    for (std::uint64_t k = 0; k < directory.count; ++k) read_entry(records);  // fails where the bytes end
    if (!records.left().empty()) corrupt("a central directory of " + std::to_string(directory.count));
  }

  const Entries& entries() const { return entries_; }
  // Of those that are compressed only the names are known; `check_stored` throws where there is one.
  const std::set<std::string>& compressed() const { return compressed_; }
  void check_stored() const {
    if (!compressed_.empty())
      throw Error(file_ + ": entry " + in_quotes(*compressed_.begin()) +
                  " is compressed: expected entries stored as they are, as torch.save writes them");
  }
  const ByteSpan* find(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
  }

 private:
  struct Directory {
    std::uint64_t count, size, begin;
  };

  [[noreturn]] void corrupt(const std::string& found) const {
    throw Error(file_ + ": corrupt: " + found + ": expected a zip archive as torch.save writes it");
  }
  ByteSpan part(std::uint64_t begin, std::uint64_t size, const std::string& what) const {
    if (begin > bytes_.size() || size > bytes_.size() - begin)
      corrupt(what + " of " + std::to_string(size) + " bytes at byte " + std::to_string(begin) + " of " +
              std::to_string(bytes_.size()));
    return bytes_.subspan(begin, size);
  }
  ByteReader record(std::uint64_t begin, std::uint64_t size, std::uint32_t signature,
                    const std::string& what) const {
    ByteReader reader(part(begin, size, what), file_);
    if (reader.number<std::uint32_t>() != signature)
      corrupt("no " + what + " at byte " + std::to_string(begin));
    return reader;
  }

  // The end record is the last in the file; only a comment may follow, whose length the record holds.
  std::uint64_t find_end() const {
    constexpr std::size_t length = 22, longest_comment = 65535;
    const std::string_view text = as_text(bytes_);
    std::size_t at = text.size();
    while (at > 0 && (at = text.rfind("PK\x05\x06", at - 1)) != text.npos &&
           text.size() - at <= length + longest_comment) {
      if (text.size() - at < length) continue;
      std::uint16_t comment;
      std::memcpy(&comment, &text[at + length - sizeof comment], sizeof comment);
      if (at + length + comment == text.size()) return at;
    }
    throw Error(file_ + ": truncated: a zip archive without its end, expected the whole file");
  }

  Directory find_directory() const {
    const std::uint64_t end = find_end(), locator_bytes = 20;
    if (end >= locator_bytes && as_text(part(end - locator_bytes, 4, "")) == "PK\x06\x07") {
      ByteReader locator = record(end - locator_bytes, locator_bytes, 0x07064b50, "zip64 locator");
      locator.take(4);  // disk
      ByteReader last = record(locator.number<std::uint64_t>(), 56, 0x06064b50, "zip64 end record");
      last.take(28);  // its size, versions, disks, entries on this disk
      const auto count = last.number<std::uint64_t>(), size = last.number<std::uint64_t>();
      return {count, size, last.number<std::uint64_t>()};
    }
    ByteReader last = record(end, 22, 0x06054b50, "end record");
    last.take(6);  // disks, entries on this disk
    const auto count = last.number<std::uint16_t>();
    const auto size = last.number<std::uint32_t>();
    return {count, size, last.number<std::uint32_t>()};
  }

  void read_entry(ByteReader& records) {
    if (records.number<std::uint32_t>() != 0x02014b50) corrupt("no entry where the directory names one");
    records.take(4);  // versions
    const auto flags = records.number<std::uint16_t>(), method = records.number<std::uint16_t>();
    records.take(8);  // time, checksum
    std::uint64_t stored = records.number<std::uint32_t>(), size = records.number<std::uint32_t>();
    const auto name_bytes = records.number<std::uint16_t>(), extra_bytes = records.number<std::uint16_t>(),
               comment_bytes = records.number<std::uint16_t>();
    records.take(8);  // disk, attributes
    std::uint64_t begin = records.number<std::uint32_t>();
    const std::string name(records.text(name_bytes));
    ByteReader extra(records.take(extra_bytes), file_);
    records.take(comment_bytes);

    while (extra.left().size() >= 4) {
      const auto id = extra.number<std::uint16_t>();
      ByteReader field(extra.take(extra.number<std::uint16_t>()), file_);
      if (id != 1) continue;
      // The values that 32 bits could not hold, in this order.
      for (std::uint64_t* value : {&size, &stored, &begin})
        if (*value == UINT32_MAX) *value = field.number<std::uint64_t>();
    }
    if (flags & 1) throw Error(file_ + ": entry " + in_quotes(name) + " is encrypted: expected it in plain");
    if (method != 0 || stored != size) {
      compressed_.insert(name);
      return;
    }

    ByteReader local = record(begin, 30, 0x04034b50, "local header of " + in_quotes(name));
    local.take(22);
    const std::uint64_t own_name = local.number<std::uint16_t>(), own_extra = local.number<std::uint16_t>();
    if (as_text(part(begin + 30, own_name, "name of an entry")) != name)
      corrupt("entry " + in_quotes(name) + " under another name in its header");
    if (!entries_.emplace(name, part(begin + 30 + own_name + own_extra, size, "entry " + in_quotes(name)))
             .second)
      corrupt("entry " + in_quotes(name) + " twice");
  }

  ByteSpan bytes_;
  std::string file_;
  Entries entries_;
  std::set<std::string> compressed_;
};

}  // namespace guise
