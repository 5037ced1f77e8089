// expect: backward consumes its tape: write std::move(tape)
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/net/network.hpp>
using namespace guise;
struct Man;
struct Woman;
using ToWoman = Generator<Man, Woman, ResnetGenerator<1, 4>, Reference<>>;
using ToMan = Generator<Woman, Man, ResnetGenerator<1, 4>, Reference<>>;

void learn(ToWoman& net, const Batch<Man, Reference<>>& men, const Gradient<Woman, Reference<>>& dy,
           ToWoman::Gradients& gradients) {
  auto [y, tape] = net.forward(men);
#ifdef FIXED
  net.backward(std::move(tape), dy, gradients);
#else
  net.backward(tape, dy, gradients);
#endif
}
