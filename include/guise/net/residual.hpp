// Residual<layers...>: y = x + body(x) (He et al. 2015), shape in = shape out. Its parameters are named
// `conv_block`, as in the PyTorch reference.
//
// Kept for backward: the sum, then the body's places.
#pragma once
#include <guise/layer/step.hpp>
#include <guise/net/sequential.hpp>

namespace guise {

// y = x + after(body(x)). As the paper spells it `after` is empty; fused, it is the norm that ends the body.
template <class Body, class After> struct Sum : LayerDefaults {
  static constexpr int channels = Body::channels, tensors = Body::tensors;
  static constexpr int statistic_tensors = Body::statistic_tensors;
  static_assert(body_takes<channels>::template channels_but_gives<Body::out(probe(channels)).c>::ok);
  static constexpr std::size_t parameters = Body::parameters, statistics = Body::statistics;
  static constexpr Shape out(Shape s) {
    const Shape sum = After::out(Body::out(s));
    if (sum != s) refuse("the body of a residual gives a side", sum.h, "the side that it takes");
    return s;
  }
  static constexpr std::size_t extra(Shape s) {
    return whole_lines(out(s).floats()) - out(s).floats() +
           whole_lines(Body::out(s).floats() + Body::extra(s));
  }
  static constexpr std::size_t scratch(Shape s) { return body_floats(s) + Body::scratch(s); }
  static constexpr std::size_t infer_place(Shape s) { return whole_lines(s.floats()); }
  static constexpr std::size_t infer_scratch(Shape s) {
    return Body::infer_place(s) + Body::infer_scratch(s);
  }
  static constexpr std::size_t macs(Shape s) { return Body::macs(s); }
  static constexpr int sees(int outputs) { return std::max(outputs, Body::sees(outputs)); }
  static constexpr void list(ParameterList& table, Name path, int position) {
    list_all(Body::descriptions, &Description::list, table, path + position + ".conv_block.");
  }
  static constexpr void list_statistics(ParameterList& table, Name path, int position) {
    list_all(Body::descriptions, &Description::list_statistics, table, path + position + ".conv_block.");
  }
  static constexpr Name describe() { return Name("residual block ") + channels; }

  template <class B> static void forward(Call<B> c) {
    Call<B> body = inside(c);
    Body::forward(body);
    add(c, body.y);
  }
  template <class B> static void infer(Call<B> c) {
    Call<B> body = c;
    body.y = c.scratch;
    body.scratch = c.scratch + c.samples() * Body::infer_place(c.in);
    Body::infer(body);
    add(c, body.y);
  }
  template <class B> static void backward(Call<B> c) {
    Call<B> body = inside(c);
    if constexpr (!After::empty) {
      const auto g = After::geometry(c.n, Body::out(c.in));
      c.backend.prologue_dx(g, body.y, stats_behind(g, body.y), c.dy, c.scratch);
      body.dy = c.scratch;
    }
    body.scratch = c.scratch + c.samples() * body_floats(c.in);
    Body::backward(body);
    if (c.dx) c.backend.axpby(c.floats_in(), 1, c.dy, 1, c.dx);
  }

 private:
  static constexpr std::size_t body_floats(Shape s) { return whole_lines(Body::out(s).floats()); }
  template <class B> static Call<B> inside(Call<B> c) {
    c.y += c.samples() * whole_lines(c.in.floats());
    return c;
  }
  template <class B, class T> static void add(Call<B> c, const T* body) {
    const auto g = After::geometry(c.n, Body::out(c.in));
    c.backend.prologue(g, body, stats_behind(g, body), c.x, c.y);
  }
};

template <class... Ls> struct Residual : Sum<Sequential<Ls...>, Gather<>> {};

}  // namespace guise
