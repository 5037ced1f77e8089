// The weights in an ONNX file, and what a face detector takes of them.
#include "hostile.hpp"
#include <guise/face/blazeface_weights.hpp>
#include <guise/io/onnx/onnx_weights.hpp>

GUISE_FUZZ(bytes) {
  using namespace guise;
  OnnxWeights weights;
  // A side of a shape is one byte in the file and eight in a vector that grows; an empty tensor is a few
  // bytes and a node of a map.
  if (!fuzz::accepted(64 * bytes.size() + 4096,
                      [&] { weights = decode_onnx_weights(bytes, fuzz::file_name); }))
    return fuzz::of_interest;
  std::size_t numbers = 0;
  for (const auto& [name, tensor] : weights) {
    std::size_t shape = 1;
    for (const std::size_t side : tensor.shape) shape *= side;
    fuzz::require(shape == tensor.data.size(), "a tensor's numbers fill its shape");
    numbers += tensor.data.size();
  }
  fuzz::require(numbers <= bytes.size() / sizeof(float), "no more numbers than the file has");
  // Both forms are well under a megabyte, which is there as parts and as a whole.
  fuzz::accepted(64 * bytes.size() + (std::size_t{1} << 22), [&] {
    blazeface::PublishedWeights published(std::move(weights), fuzz::file_name);
    return published.is_front() ? blazeface::parameters_of<blazeface::Front>(std::move(published))
                                : blazeface::parameters_of<blazeface::Back>(std::move(published));
  });
  return fuzz::of_interest;
}
