// What is written through one of Eigen's maps is read by guise, and the other way round.
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/eigen.hpp>
#include <guise/net/network.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>

#include <type_traits>

using namespace guise;
using namespace guise::testing;

namespace {

struct Man;
struct Woman;
struct Small : ResnetGenerator<1, 4> {};
using Net = Generator<Man, Woman, Small, Cpu>;

template <class T> T& any();

// ---- what is constant stays so, and the layout is in the type ----
using Writes = eigen::Map<float>;
using Reads = eigen::Map<const float>;
static_assert(Writes::IsRowMajor && bool(Writes::Flags & Eigen::LvalueBit));
static_assert(Reads::IsRowMajor && !bool(Reads::Flags & Eigen::LvalueBit));
static_assert(std::is_same_v<decltype(eigen::pixels(any<Images<Man>>())), Writes>);
static_assert(std::is_same_v<decltype(eigen::pixels(any<const Images<Man>>())), Reads>);
static_assert(std::is_same_v<decltype(eigen::pixels(any<const Images<Man>>(), 0)), Reads>);
static_assert(
    std::is_same_v<decltype(eigen::pixels(any<Gradient<Man, Reference<double>>>(), 0)), eigen::Map<double>>);
static_assert(std::is_same_v<decltype(eigen::pixels(any<Picture>())), eigen::Map<unsigned char>>);
static_assert(std::is_same_v<decltype(eigen::pixels(any<const Picture>())), eigen::Map<const unsigned char>>);
static_assert(std::is_same_v<decltype(eigen::parameter(any<Net>(), "")), Writes>);
static_assert(std::is_same_v<decltype(eigen::parameter(any<const Net>(), "")), Reads>);
static_assert(std::is_same_v<decltype(eigen::gradient(any<Net>(), any<Net::Gradients>(), "")), Writes>);
static_assert(std::is_same_v<decltype(eigen::gradient(any<Net>(), any<const Net::Gradients>(), "")), Reads>);
using Matrix = eigen::RowMajor<float>;
static_assert(std::is_same_v<decltype(eigen::batch<Man>(any<Matrix>(), {})), Images<Man>>);
static_assert(std::is_same_v<decltype(eigen::batch<Man>(any<const Matrix>(), {})), ConstBatch<Man, Host>>);
static_assert(std::is_same_v<decltype(eigen::batch<Man, Cpu>(any<Writes>(), {})), Batch<Man, Cpu>>);
static_assert(
    std::is_same_v<decltype(eigen::batch<Man, Cpu>(Reads(any<Reads>()), {})), ConstBatch<Man, Cpu>>);

}  // namespace

TEST_CASE("pixels of a batch and of one sample are rows") {
  Images<Man> x{2, {3, 4, 5}};
  for (std::size_t k = 0; k < x.data.size(); ++k) x.data[k] = float(k);
  CHECK(eigen::pixels(x).rows() == 40);
  CHECK(eigen::pixels(x)(23, 1) == 70);
  CHECK(eigen::pixels(x, 1)(3, 1) == 70);
  eigen::pixels(x, 1).col(2).setZero();
  CHECK(x.data[23 * 3 + 2] == 0);
  CHECK(x.data[19 * 3 + 2] == 59);  // of the other sample
  CHECK(holds(message<Error>([&] { eigen::pixels(x, 2); }), "sample of 2: expected one of the batch"));
  Picture picture = blank(3, 2);
  eigen::pixels(picture).row(4) << 1, 2, 3;
  CHECK(picture.rgb[13] == 2);
}

TEST_CASE("a weight is its outputs times all that they see, in PyTorch's order") {
  Net net(7, 0, Cpu(1));
  auto weight = eigen::parameter(net, "model.4.weight");  // Conv2d(4, 8, 3)
  CHECK(weight.rows() == 8);
  CHECK(weight.cols() == 4 * 9);
  weight(5, 2 * 9 + 4) = 42;
  CHECK(net.parameter("model.4.weight")[(5 * 4 + 2) * 9 + 4] == 42);
  CHECK(eigen::parameter(std::as_const(net), "model.4.bias").cols() == 1);
  CHECK(holds(message<Error>([&] { eigen::parameter(net, "model.4.wait"); }), "is called model.4.wait"));

  // A gradient is known: that of the last bias is the sum of the gradients that tanh lets through.
  Images<Man> picture{1, {3, 8, 8}};
  eigen::pixels(picture).setConstant(0.25f);
  auto run = net.forward(eigen::batch<Man>(eigen::pixels(picture), {3, 8, 8}, Cpu(1)));
  Gradient<Woman, Cpu> dy{1, run.y.shape, Cpu(1)};
  eigen::pixels(dy).setOnes();
  const Eigen::RowVectorXf expected = (1 - eigen::pixels(run.y).array().square()).colwise().sum();
  auto gradients = net.gradients();
  net.learn(std::move(run.tape), dy, gradients);
  CHECK(eigen::gradient(net, gradients, "model.18.bias").transpose().isApprox(expected, 1e-5f));
}

TEST_CASE("a batch is the matrix's own memory") {
  Matrix matrix = Matrix::Random(2 * 8 * 8, 3);
  Batch<Man, Cpu> x = eigen::batch<Man>(matrix, {3, 8, 8}, Cpu(1));
  CHECK(x.n == 2);
  CHECK(x.data.data() == matrix.data());
  x.data[5] = 9;
  CHECK(matrix(1, 2) == 9);

  const Net net(7, 0, Cpu(1));
  const Matrix constant = matrix;
  const auto view = eigen::batch<Man>(constant, {3, 8, 8}, Cpu(1));
  const Batch<Woman, Cpu> y = net.infer(view), expected = net.infer(x);
  CHECK(eigen::pixels(y) == eigen::pixels(expected));
  CHECK(net.infer(eigen::batch<Man>(matrix.bottomRows(64), {3, 8, 8}, Cpu(1))).n == 1);  // rows lie together
  CHECK(matrix(1, 2) == 9);                                                              // and outlives them
}

TEST_CASE("a matrix that is no batch is refused") {
  Matrix matrix(20, 3);
  CHECK(holds(message<Error>([&] {
                eigen::batch<Man>(matrix, {3, 3, 3});
              }),
              "matrix of 20x3 as a batch of 3x3 with 3 channels: expected a row for each pixel"));
  CHECK_THROWS_AS(eigen::batch<Man>(matrix, {1, 4, 5}), Error);
  CHECK_THROWS_AS(eigen::batch<Man>(matrix, {3, 0, 5}), Error);
  CHECK_THROWS_AS(eigen::batch<Man>(matrix.leftCols(2), {2, 4, 5}), Error);  // with gaps
}
