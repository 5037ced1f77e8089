// How two translators are shown: real, translated, translated back, and what the other translator, which should
// leave the picture alone, makes of it (not between domains of other channels); pictures of A above, of B below.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/train/picture_rows.hpp>

namespace guise {

template <class A, class B, class ToB, class ToA>
PictureRows translation_rows(const Images<A>& a, const Images<B>& b, const ToB& to_b, const ToA& to_a) {
  Images<B> fake_b = to_b(a);
  Images<A> fake_a = to_a(b);
  Images<A> cycled_a = to_a(fake_b);
  Images<B> cycled_b = to_b(fake_a);
  PictureRows rows;
  rows.push_back(picture_row(a, std::move(fake_b), std::move(cycled_a)));
  rows.push_back(picture_row(b, std::move(fake_a), std::move(cycled_b)));
  if (a.shape.c == b.shape.c) {
    rows[0].push_back(as<Shown>(to_a(as<B>(a))));
    rows[1].push_back(as<Shown>(to_b(as<A>(b))));
  }
  return rows;
}

}  // namespace guise
