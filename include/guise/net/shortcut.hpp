// Shortcut<Skip, Body>: y = skip(x) + body(x), where a block changes the shape and so the way around it must
// too. Both are lists (Sequential). Parameters: the skip's, then the body's, named `skip` and `body`.
//
// Kept for backward: the sum, then the places of both.
#pragma once
#include <guise/net/sequential.hpp>

namespace guise {

template <class Skip, class Body> struct Shortcut : LayerDefaults {
  static constexpr int channels = Body::channels, tensors = Skip::tensors + Body::tensors;
  static constexpr std::size_t parameters = Skip::parameters + Body::parameters;
  static_assert(Skip::statistics + Body::statistics == 0, "a Shortcut keeps no running statistics");

  static constexpr Shape out(Shape s) {
    const Shape y = Body::out(s);
    if (y != Skip::out(s)) refuse("the body of a shortcut gives a side", y.h, "the side that its skip gives");
    return y;
  }
  static constexpr std::size_t extra(Shape s) {
    return sum(s) - out(s).floats() + place<Body>(s) + place<Skip>(s);
  }
  static constexpr std::size_t scratch(Shape s) {
    return whole_lines(s.floats()) + std::max(Skip::scratch(s), Body::scratch(s));
  }
  static constexpr std::size_t infer_place(Shape s) { return std::max(sum(s), Skip::infer_place(s)); }
  static constexpr std::size_t infer_scratch(Shape s) {
    return Body::infer_place(s) + std::max(Skip::infer_scratch(s), Body::infer_scratch(s));
  }
  static constexpr std::size_t macs(Shape s) { return Skip::macs(s) + Body::macs(s); }
  static constexpr int sees(int outputs) { return std::max(Skip::sees(outputs), Body::sees(outputs)); }
  static constexpr void list(ParameterList& table, Name path, int position) {
    list_all(Skip::descriptions, &Description::list, table, path + position + ".skip.");
    list_all(Body::descriptions, &Description::list, table, path + position + ".body.");
  }
  static constexpr Name describe() { return Name("shortcut block ") + channels; }

  template <class B> static void forward(Call<B> c) {
    Call<B> skip = around(c), body = through(c);
    Skip::forward(skip);
    Body::forward(body);
    c.backend.copy(floats_out(c), body.y, c.y);
    c.backend.axpby(floats_out(c), 1, skip.y, 1, c.y);
  }
  template <class B> static void infer(Call<B> c) {
    Call<B> skip = around(c), body = through(c);
    skip.y = c.y;
    body.y = c.scratch;
    skip.scratch = body.scratch = c.scratch + c.samples() * Body::infer_place(c.in);
    Skip::infer(skip);
    Body::infer(body);
    c.backend.axpby(floats_out(c), 1, body.y, 1, c.y);
  }
  template <class B> static void backward(Call<B> c) {
    Call<B> skip = around(c), body = through(c);
    skip.scratch = body.scratch = c.scratch + c.samples() * whole_lines(c.in.floats());
    if (c.dx) skip.dx = c.scratch;
    Skip::backward(skip);
    Body::backward(body);
    if (c.dx) c.backend.axpby(c.floats_in(), 1, c.scratch, 1, c.dx);
  }

 private:
  static constexpr std::size_t sum(Shape s) { return whole_lines(out(s).floats()); }
  template <class L> static constexpr std::size_t place(Shape s) {
    return whole_lines(L::out(s).floats() + L::extra(s));
  }
  template <class B> static std::size_t floats_out(Call<B> c) { return c.samples() * out(c.in).floats(); }
  template <class B> static Call<B> through(Call<B> c) {
    c.y += c.samples() * sum(c.in);
    c.parameters += Skip::parameters;
    if (c.gradients) c.gradients += Skip::parameters;
    return c;
  }
  template <class B> static Call<B> around(Call<B> c) {
    c.y += c.samples() * (sum(c.in) + place<Body>(c.in));
    return c;
  }
};

}  // namespace guise
