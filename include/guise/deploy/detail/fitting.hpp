// What a picture of any size becomes before a network takes it: mirrored at the right and the bottom up to a side that
// fits the network's strides.
#pragma once
#include <guise/core/error.hpp>
#include <guise/graph/shapes.hpp>

#include <string>

namespace guise::detail {

// The smallest side from n on that the network gives back as it takes it.
inline int side_that_fits(const Graph& g, int channels, int n) {
  std::string why;  // of the last that it does not take
  for (int side = n; side < n + 256; ++side) {
    try {
      if (const Shape y = out(g, {channels, side, side}); y.h == side && y.w == side) return side;
    } catch (const Error& error) {  // too small for a layer: try the next
      why = "; " + std::string(error.what());
    }
  }
  throw Error("a picture to translate has a side of " + std::to_string(n) +
              ": expected one that this network can take, as it is or up to 255 pixels larger" + why);
}
inline Shape shape_that_fits(const Graph& g, Shape picture) {
  if (g.channels() && picture.c != g.channels())
    refuse("a picture to translate has channels in a number", picture.c, "as many as the network takes");
  if (picture.h < 1 || picture.w < 1) refuse("a picture to translate has a side", 0, "at least one pixel");
  return {picture.c, side_that_fits(g, picture.c, picture.h), side_that_fits(g, picture.c, picture.w)};
}
inline int mirrored(int k, int n) {  // reflected as often as it takes, so that one pixel is enough
  if (n == 1) return 0;
  k %= 2 * n - 2;
  return k < n ? k : 2 * n - 2 - k;
}

}  // namespace guise::detail
