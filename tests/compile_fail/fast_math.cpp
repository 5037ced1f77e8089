// expect-first: guise needs exact arithmetic: compile without -ffast-math
// options: -ffast-math
#include <guise/guise.hpp>
