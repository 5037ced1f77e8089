// expect: this network maps from another domain than this batch's
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/net/network.hpp>
using namespace guise;
struct Man;
struct Woman;
using ToWoman = Generator<Man, Woman, ResnetGenerator<1, 4>, Reference<>>;

#ifdef FIXED
using Given = Man;
#else
using Given = Woman;
#endif
void run(ToWoman& net, const Batch<Given, Reference<>>& pictures) { net.forward(pictures); }
