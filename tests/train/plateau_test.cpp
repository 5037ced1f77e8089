// The plateau's factor falls where PyTorch's does, and is remembered with a training's state.
#include "support/golden.hpp"
#include <guise/train/plateau.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace guise;
using namespace guise::testing;

TEST_CASE("a plateau's factor is that of ReduceLROnPlateau") {
  const Golden golden("formulas");
  const auto &scores = golden["schedule.plateau.scores"].data, &rates = golden["schedule.plateau"].data;
  Plateau plateau;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    plateau.observe(NAN), plateau.observe(INFINITY);  // no scores
    plateau.observe(scores[k]);
    CHECK(plateau.scale() == doctest::Approx(rates[k]).epsilon(1e-6));
  }
}

TEST_CASE("a plateau goes on from its state") {
  Plateau whole, before, after;
  for (const double score : {2., -1., 3., 3.}) whole.observe(score), before.observe(score);
  State from, to;
  before.add_to(from), after.add_to(to);
  for (std::size_t k = 0; k < from.counts.size(); ++k) {
    CHECK(*from.counts[k].second >= 0);
    *to.counts[k].second = *from.counts[k].second;
  }
  for (const double score : {-1.005, 0., 0., 0., -1.2, 0., 0., 0., 0., 0., 0., 0.}) {
    whole.observe(score), after.observe(score);
    CHECK(after.scale() == whole.scale());
  }
  CHECK(whole.scale() == doctest::Approx(0.2));
}
