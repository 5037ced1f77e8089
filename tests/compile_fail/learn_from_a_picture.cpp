// expect: learn takes a gradient in this network's target domain
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/net/network.hpp>
using namespace guise;
struct Man;
struct Woman;
using ToWoman = Generator<Man, Woman, ResnetGenerator<1, 4>, Reference<>>;

#ifdef FIXED
using Given = Gradient<Woman, Reference<>>;
#else
using Given = Batch<Woman, Reference<>>;  // a picture is not a gradient
#endif
void learn(ToWoman& net, ToWoman::Tape tape, const Given& dy, ToWoman::Gradients& gradients) {
  net.learn(std::move(tape), dy, gradients);
}
