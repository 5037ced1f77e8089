// The table of a network against rows counted by hand, and its totals against the rows.
#include <guise/graph/summary.hpp>
#include <guise/layer/activation.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/instance_norm.hpp>
#include <guise/layer/pad.hpp>
#include <guise/layer/repeat.hpp>
#include <guise/layer/residual.hpp>
#include <guise/layer/sequential.hpp>

#include <doctest/doctest.h>

using namespace guise;

namespace {

struct Body : Residual<ReflectPad<1>, Conv<8, 8, 3>> {};
struct Arch
    : Sequential<Conv<3, 8, 4, Stride<2>, Pad<1>>, InstanceNorm<8>, Relu, Repeat<2, Body>, Conv<8, 1, 1>> {};

}  // namespace

TEST_CASE("the rows of a summary, counted by hand") {
  const Summary summary = summarize(graph_of(Arch{}), {3, 12, 16});
  REQUIRE(summary.rows.size() == 6);  // a repeated block has a row each time
  const SummaryRow& conv = summary.rows[0];
  CHECK(conv.position == 0);
  CHECK(conv.layer.find("conv") != std::string::npos);
  CHECK(conv.out == Shape{8, 6, 8});
  CHECK(conv.parameters == 8 * 3 * 4 * 4 + 8);
  CHECK(conv.macs == 6 * 8 * (8 * 3 * 4 * 4));
  CHECK(conv.receptive_field == 4);
  CHECK(conv.kept == 6 * 8 * 8 * sizeof(float));  // the norm reads it again

  const SummaryRow& second =
      summary.rows[4];  // the block's second time: stride 2, so 2 x (3 - 1) pixels each
  CHECK(second.position == 4);
  CHECK(second.out == Shape{8, 6, 8});
  CHECK(second.parameters == 8 * 8 * 3 * 3 + 8);
  CHECK(second.macs == 6 * 8 * (8 * 8 * 3 * 3));
  CHECK(second.receptive_field == 4 + 2 * 2 + 2 * 2);

  const SummaryRow& last = summary.rows[5];
  CHECK(last.out == Shape{1, 6, 8});
  CHECK(last.parameters == 8 + 1);
  CHECK(last.macs == 6 * 8 * 8);
}

TEST_CASE("the totals of a summary are the sums of its rows") {
  const Summary summary = summarize(graph_of(Arch{}), {3, 12, 16});
  std::size_t parameters = 0, macs = 0, kept = 3 * 12 * 16 * sizeof(float);  // of the input
  for (const SummaryRow& row : summary.rows) parameters += row.parameters, macs += row.macs, kept += row.kept;
  CHECK(summary.parameters == parameters);
  CHECK(summary.parameters == 392 + 2 * 584 + 9);
  CHECK(summary.macs == macs);
  CHECK(summary.macs == 48 * (384 + 2 * 576 + 8));
  CHECK(summary.kept == kept);
  CHECK(summary.kept_fused < summary.kept);
  CHECK(summary.receptive_field == 12);
}
