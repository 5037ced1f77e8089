// expect: this pool keeps pictures of another domain than these
#include <guise/backend/reference/reference.hpp>
#include <guise/train/image_pool.hpp>
using namespace guise;
struct Man;
struct Woman;

#ifdef FIXED
using Given = Man;
#else
using Given = Woman;
#endif
void ask(ImagePool<Man, Reference<>>& pool, Batch<Given, Reference<>> pictures) {
  pool.query(std::move(pictures));
}
