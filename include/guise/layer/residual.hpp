// What goes around a body and meets its result again:
//
//   Residual<layers...>       y = x + body(x) (He et al. 2015); names as `conv_block` in the PyTorch reference
//   Shortcut<Skip, Body>      y = skip(x) + body(x), where a block changes the shape and so the way around must too
//   Concat<layers...>         y = [x, body(x)]: the channels of x, then those of the body, as a U-Net's skip connection
//                             and a dense block; the body is named by positions
//
// Described at run time: residual(layers...), shortcut(skip, body), concat(layers...). Parameters are those of the
// bodies, a Shortcut's named `skip` and `body`. Throws Error where the sides that meet differ.
#pragma once
#include <guise/layer/sequential.hpp>

namespace guise {

template <Listable... Ls> constexpr auto residual(const Ls&... layers) {
  return [body = named("conv_block", sequential(layers...))](Graph& g, Value x) {
    g.title("residual block");
    return g.add(body(g, x), x);
  };
}
template <Layer Skip, Layer Body> constexpr auto shortcut(const Skip& skip, const Body& body) {
  return [skip = named("skip", skip), body = named("body", body)](Graph& g, Value x) {
    g.title("shortcut block");
    const Value around = skip(g, x);
    return g.add(body(g, x), around);
  };
}
template <Listable... Ls> constexpr auto concat(const Ls&... layers) {
  return [body = sequential(layers...)](Graph& g, Value x) {
    g.title("concat block");
    return g.concat(x, body(g, x));
  };
}

template <class... Ls> struct Residual {
  constexpr Value operator()(Graph& g, Value x) const { return residual(Ls{}...)(g, x); }
};
template <class Skip, class Body> struct Shortcut {
  constexpr Value operator()(Graph& g, Value x) const { return shortcut(Skip{}, Body{})(g, x); }
};
template <class... Ls> struct Concat {
  constexpr Value operator()(Graph& g, Value x) const { return concat(Ls{}...)(g, x); }
};

}  // namespace guise
