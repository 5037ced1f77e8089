// A training is restored from hostile bytes, also with the checksum put right, as a forger would: it is
// restored whole, and then saves the same content, or it is left as it was.
#include "safetensors.hpp"
#include "tiny_training.hpp"

namespace {

using namespace guise;

fuzz::Training training = fuzz::training(1);
const Safetensors untouched = checkpoint::content(training.state(), {});

// But for the order of tensors and the spelling of numbers.
Safetensors comparable(Safetensors content) {
  std::ranges::sort(content.tensors, {}, [](const auto& entry) { return entry.first; });
  for (const char* spelled : {"steps", "pool_A.random", "pool_B.random", "checksum"})
    content.metadata.erase(spelled);
  return content;
}

bool restored(const Safetensors& content, std::size_t memory) {
  Notes notes;
  if (fuzz::accepted(memory,
                     [&] { notes = restore_checkpoint(content, fuzz::file_name, training.state()); })) {
    fuzz::require(fuzz::same(comparable(checkpoint::content(training.state(), notes)), comparable(content)),
                  "what was restored is saved again");
    restore_checkpoint(untouched, fuzz::file_name, training.state());
    return true;
  }
  fuzz::require(fuzz::same(checkpoint::content(training.state(), {}), untouched),
                "a checkpoint that is refused changes nothing");
  return false;
}

}  // namespace

GUISE_FUZZ(bytes) {
  const std::size_t memory = 64 * bytes.size() + (1 << 16);
  Safetensors content;
  if (!fuzz::accepted(memory, [&] { content = decode_safetensors(bytes, fuzz::file_name); }))
    return fuzz::of_interest;
  if (restored(content, memory)) return fuzz::of_interest;
  content.metadata["checksum"] = checkpoint::checksum(content);
  restored(content, memory);
  return fuzz::of_interest;
}
