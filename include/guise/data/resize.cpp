// Pictures in another size, for guise::compiled.
#include <guise/data/detail/stb_resize.hpp>
