#include "safetensors.hpp"

GUISE_FUZZ(bytes) {
  using namespace guise;
  Safetensors content;
  // A header of [[],[],... has 60 bytes of nodes for three of its own, and a vector that grows has two sizes.
  if (!fuzz::accepted(64 * bytes.size() + 4096,
                      [&] { content = decode_safetensors(bytes, fuzz::file_name); }))
    return fuzz::of_interest;
  fuzz::check_consistent(content);
  fuzz::check_round_trip(content);
  fuzz::check_own_types(content, 256 * bytes.size() + (1 << 16));
  return fuzz::of_interest;
}
