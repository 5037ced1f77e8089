// expect: this backend's memory is not the host's
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/eigen.hpp>
using namespace guise;
struct Man;

#ifdef FIXED
using Given = Batch<Man, Cpu>;
#else
using Given = Batch<Man, Cuda>;  // lies on the device
#endif
float first(Given& x) { return eigen::pixels(x)(0, 0); }
