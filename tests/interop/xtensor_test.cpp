// What is written through one of xtensor's views is read by guise, and the other way round; so are .npy files.
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/net/network.hpp>
#include <guise/xtensor.hpp>

#include <doctest/doctest.h>
#include <support/scratch_folder.hpp>
#include <xtensor/xnpy.hpp>
#include <xtensor/xview.hpp>

#include <type_traits>

using namespace guise;
using namespace guise::testing;

namespace {

struct Man;
struct Woman;
struct Small : ResnetGenerator<1, 4> {};
using Net = Generator<Man, Woman, Small, Cpu>;

template <class T> T& any();

template <class View>
inline constexpr bool writes = !std::is_const_v<std::remove_reference_t<decltype(*any<View>().data())>>;
static_assert(writes<decltype(xtensor::view(any<Images<Man>>()))>);
static_assert(!writes<decltype(xtensor::view(any<const Images<Man>>()))>);
static_assert(!writes<decltype(xtensor::view(any<const Picture>()))>);
static_assert(writes<decltype(xtensor::parameter(any<Net>(), ""))>);
static_assert(!writes<decltype(xtensor::parameter(any<const Net>(), ""))>);
static_assert(!writes<decltype(xtensor::gradient(any<Net>(), any<const Net::Gradients>(), ""))>);
using Tensor = xt::xtensor<float, 4>;
static_assert(std::is_same_v<decltype(xtensor::batch<Man>(any<Tensor>())), Images<Man>>);
static_assert(std::is_same_v<decltype(xtensor::batch<Man, Cpu>(any<const Tensor>())), ConstBatch<Man, Cpu>>);

}  // namespace

TEST_CASE("a batch, a picture and a weight have their shape") {
  Images<Man> x{2, {3, 4, 5}};
  auto view = xtensor::view(x);
  CHECK(view.shape() == xtensor::Sides<4>{2, 4, 5, 3});
  view(1, 2, 3, 1) = 42;
  CHECK(x.data[((4 + 2) * 5 + 3) * 3 + 1] == 42);
  Picture picture = blank(3, 2);
  xt::view(xtensor::view(picture), 1, 1, xt::all()) = 7;
  CHECK(picture.rgb[13] == 7);
  CHECK(picture.rgb[15] == 255);

  Net net(7, 0, Cpu(1));
  auto weight = xtensor::parameter(net, "model.4.weight");  // Conv2d(4, 8, 3)
  CHECK(weight.shape() == xtensor::Sides<4>{8, 4, 3, 3});
  weight(5, 2, 1, 1) = 42;
  CHECK(net.parameter("model.4.weight")[(5 * 4 + 2) * 9 + 4] == 42);
  CHECK(xtensor::parameter(std::as_const(net), "model.4.bias").shape() == xtensor::Sides<4>{8, 1, 1, 1});
  CHECK(holds(message<Error>([&] { xtensor::parameter(net, "model.4.wait"); }), "is called model.4.wait"));
  auto gradients = net.gradients();
  xtensor::gradient(net, gradients, "model.1.bias")(3, 0, 0, 0) = 5;
  CHECK(gradients.floats[4 * 3 * 49 + 3] == 5);
}

TEST_CASE("a batch is the tensor's own memory") {
  Tensor tensor = xt::zeros<float>({2, 4, 5, 3});
  Images<Man> x = xtensor::batch<Man>(tensor);
  CHECK(x.n == 2);
  CHECK(x.shape == Shape{3, 4, 5});
  x.data[((4 + 2) * 5 + 3) * 3 + 1] = 42;
  CHECK(tensor(1, 2, 3, 1) == 42);
  const Tensor constant = tensor;
  CHECK(xtensor::batch<Man>(constant)->data.data() == constant.data());
}

TEST_CASE_TEMPLATE("an .npy file of xtensor's is read, and xtensor reads one of ours", T, unsigned char,
                   std::uint16_t, float) {
  const ScratchFolder folder;
  xt::xtensor<T, 3> tensor({2, 3, 5});
  for (std::size_t k = 0; k < tensor.size(); ++k) tensor.data()[k] = static_cast<T>(static_cast<T>(k) / T{2});
  xt::dump_npy((folder / "in.npy").string(), tensor);
  const Raster raster = read_raster(folder / "in.npy");
  CHECK(raster.height == 2);
  CHECK(raster.width == 3);
  CHECK(raster.channels == 5);
  CHECK(raster.at<T>(7) == tensor.data()[7]);
  write_raster(folder / "out.npy", raster);
  CHECK(xt::load_npy<T>((folder / "out.npy").string()) == tensor);
}
