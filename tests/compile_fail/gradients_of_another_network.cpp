// expect: these gradients belong to another network
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/net/network.hpp>
using namespace guise;
struct Man;
struct Woman;
using ToWoman = Generator<Man, Woman, ResnetGenerator<1, 4>, Reference<>>;
using ToMan = Generator<Woman, Man, ResnetGenerator<1, 4>, Reference<>>;

#ifdef FIXED
using Into = ToWoman::Gradients;
#else
using Into = ToMan::Gradients;
#endif
void learn(ToWoman& net, ToWoman::Tape tape, const Gradient<Woman, Reference<>>& dy, Into& gradients) {
  net.backward(std::move(tape), dy, gradients);
}
