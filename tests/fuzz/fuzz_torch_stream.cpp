#define GUISE_TORCH_STREAM
#include "fuzz_torch_zip.cpp"
