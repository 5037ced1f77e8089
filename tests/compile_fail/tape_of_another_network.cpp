// expect: another network recorded this tape
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/net/network.hpp>
using namespace guise;
struct Man;
struct Woman;
using ToWoman = Generator<Man, Woman, ResnetGenerator<1, 4>, Reference<>>;
using ToMan = Generator<Woman, Man, ResnetGenerator<1, 4>, Reference<>>;

#ifdef FIXED
using Recorded = ToWoman;
#else
using Recorded = ToMan;
#endif
void learn(ToWoman& net, Recorded::Tape tape, const Gradient<Woman, Reference<>>& dy,
           ToWoman::Gradients& gradients) {
  net.backward(std::move(tape), dy, gradients);
}
