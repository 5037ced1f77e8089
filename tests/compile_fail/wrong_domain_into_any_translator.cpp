// expect: this translator takes pictures of another domain than these
#include <guise/backend/reference/reference.hpp>
#include <guise/deploy/translator.hpp>
using namespace guise;
struct Man;
struct Woman;

#ifdef FIXED
using Given = Man;
#else
using Given = Woman;
#endif
void run(const AnyTranslator<Man, Woman>& to_woman, const Images<Given>& pictures) { to_woman(pictures); }
