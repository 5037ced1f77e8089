// expect-first: guise needs exact arithmetic: compile without -ffast-math
// options: -ffinite-math-only
#include <guise/core/shape.hpp>
