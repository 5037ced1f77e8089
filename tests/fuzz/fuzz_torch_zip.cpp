// The zip container of torch.save. GUISE_TORCH_STREAM makes it the stream of pickles before it.
#include "safetensors.hpp"
#include <guise/io/weights/weights_file.hpp>

GUISE_FUZZ(bytes) {
  using namespace guise;
#ifdef GUISE_TORCH_STREAM
  constexpr bool zip = false;
#else
  constexpr bool zip = true;
#endif
  if (as_text(bytes).starts_with("PK") != zip) return fuzz::uninteresting;
  Safetensors content;
  // A byte of a pickle can be an object of 72, in a vector that grows: two sizes live at once.
  if (!fuzz::accepted(512 * bytes.size() + 4096, [&] {
        content = decode_torch_file(bytes, fuzz::file_name);
        weights_file::to_reference_names(content, fuzz::file_name);
      }))
    return fuzz::of_interest;
  fuzz::check_consistent(content);
  std::size_t numbers = 0;
  for (const auto& [name, tensor] : content.tensors) numbers += tensor.data.size();
  fuzz::require(numbers <= bytes.size(), "no more numbers than the file has bytes");
  fuzz::accepted(SIZE_MAX, [&] { fuzz::check_round_trip(content); });  // or a name is not UTF-8
  return fuzz::of_interest;
}
