// read_weights reads weights from a file of either kind, known by its first bytes: .safetensors
// (io/weights/safetensors.hpp) or what torch.save writes (io/weights/torch_file.hpp), such as the public
// weights of the PyTorch reference.
//
// Names become those of the networks here: "module." (of DataParallel) and "_orig_mod." (of torch.compile)
// are removed from their beginning. Throws Error with the path; also where two tensors then share a name. A file that is neither kind is named by what it is: a Git LFS pointer, a web page, an empty file.
#pragma once
#include <guise/io/weights/safetensors.hpp>

#include <filesystem>
#include <string>

namespace guise {

namespace weights_file {
void to_reference_names(Safetensors& file, const std::string& path);
}
Safetensors read_weights(const std::filesystem::path& path);

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/io/weights/detail/weights_of_either_kind.hpp>
#endif
