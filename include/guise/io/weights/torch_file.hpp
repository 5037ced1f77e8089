// Named tensors in the files of torch.save: a state dict, or one under "state_dict", "model_state_dict" or
// "model" of a checkpoint, or several networks' in one file, each under a name of its own that then comes before its
// tensors' ("netG_A.model.1.weight"). Both containers are read: the zip archive of PyTorch 1.6 and later (data.pkl,
// data/KEY, byteorder) and the stream of pickles before it (magic number, protocol 1001, system, object,
// keys, then each storage as an int64 count and its numbers); torch/serialization.py is the specification.
// Nothing of the pickle is executed: io/weights/pickle.hpp.
//
// Float, half, bfloat16 and double precision become contiguous float, whatever strides, offset or shared
// storage a tensor has; num_batches_tracked is left out. Throws Error with the file's name and what was
// expected: truncated, corrupt, a global that no state dict needs, whole or complex numbers, a tensor outside
// of its storage, a name twice. Sizes are checked before memory is allocated: the tensors together may have
// as many numbers as the file has bytes, so views can share a storage but cannot multiply it.
#pragma once
#include <guise/io/bytes/byte_reader.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <filesystem>
#include <string>

namespace guise {

// `file` is only for messages.
Safetensors decode_torch_file(ByteSpan bytes, const std::string& file);

inline Safetensors read_torch_file(const std::filesystem::path& path) {
  return decode_torch_file(read_file(path, safetensors::largest_file), path.string());
}

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/io/weights/detail/state_dict.hpp>
#endif
