// The reading and writing of weights, for guise::compiled.
#include <guise/io/weights/detail/safetensors_file.hpp>
#include <guise/io/weights/detail/safetensors_writer.hpp>
#include <guise/io/weights/detail/state_dict.hpp>
#include <guise/io/weights/detail/weights_of_either_kind.hpp>
