// Where a face lies, for guise::compiled.
#include <guise/face/detail/fit_by_eigen.hpp>
