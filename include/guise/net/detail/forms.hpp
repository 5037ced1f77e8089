// What net/runner.hpp declares of Fused and Plain, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/graph/fuse.hpp>
#include <guise/net/runner.hpp>

namespace guise {

GUISE_FUNCTION Graph Fused::form(const Graph& g, Mode mode) { return fuse(g, mode); }
GUISE_FUNCTION Graph Plain::form(const Graph& g, Mode mode) { return plain(g, mode); }

}  // namespace guise
