// expect: this translator takes pictures of another domain than these
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/reference/reference.hpp>
#include <guise/deploy/translator.hpp>
using namespace guise;
struct Man;
struct Woman;
using ToWoman = Translator<Man, Woman, ResnetGenerator<1, 4>, Reference<>>;

#ifdef FIXED
using Given = Man;
#else
using Given = Woman;
#endif
void run(const ToWoman& to_woman, const Images<Given>& pictures) { to_woman(pictures); }
