// The reading and writing of weights, for guise::compiled.
#include <guise/io/weights/detail/safetensors_file.hpp>
