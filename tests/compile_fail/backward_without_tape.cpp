// expect: backward needs the tape of its forward
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
#ifdef FIXED
  net.backward(net.forward(men).tape, dy, gradients);
#else
  net.forward(men);
  net.backward(dy, gradients);
#endif
}
