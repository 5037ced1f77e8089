// The decoding and encoding of picture files, for guise::compiled.
#include <guise/io/picture/detail/codec_by_format.hpp>
#include <guise/io/picture/detail/reduced_jpeg.hpp>
