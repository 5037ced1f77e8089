// The version of guise, the only place that states it: the build reads it from here.
#pragma once

namespace guise {

struct Version {
  int major = 0, minor = 0, patch = 0;
};
inline constexpr Version version{0, 2, 0};

}  // namespace guise
