// Steps, epochs and positions of a training whose data changes.
#include <guise/train/epoch_count.hpp>

#include <doctest/doctest.h>

using namespace guise;

TEST_CASE("without a change epochs are whole numbers of steps") {
  const EpochCount c{5, 2};
  CHECK(c.epoch_steps() == 3);
  for (long step = 0; step < 12; ++step) {
    CHECK(c.epoch(step) == step / 3);
    CHECK(c.position(step) == step % 3);
    CHECK(c.schedule_step(step) == step);
    CHECK(c.pictures(step) == step / 3 * 5 + step % 3 * 2);
  }
  CHECK(c.steps_of(4) == 12);
}

TEST_CASE(
    "a change begins in the epoch in hand, at the share of it that was done, and all goes on from there") {
  for (long step = 0; step < 40; ++step)
    for (long size : {1, 4, 5, 17})
      for (long batch : {1, 2, 30}) {
        const EpochCount before{10, 1}, after = before.changed(step, size, batch);
        CHECK(after.epoch(step) == before.epoch(step));
        CHECK(after.position(step) == before.position(step) * after.epoch_steps() / 10);
        CHECK(after.pictures(step) == before.pictures(step));
        CHECK(after.epoch(after.steps_of(7)) == 7);
        CHECK(after.position(after.steps_of(7)) == 0);
        CHECK(after.epoch(after.steps_of(7) - 1) == 6);
        const auto read = EpochCount::read(after.text());
        REQUIRE(read);
        CHECK(read->text() == after.text());
        CHECK(after.changed(step, 10, 1).epoch(step) == before.epoch(step));
      }
}

TEST_CASE("what is no count of epochs is none") {
  for (const char* text : {"", "1 2 3", "0 1 0 0 0 0", "1 -1 0 0 0 0", "x", "1 1 0 0 0 99999999999999"})
    CHECK(!EpochCount::read(text));
}
