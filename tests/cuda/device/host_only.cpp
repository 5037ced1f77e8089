// Names of the host execution that tests set and that mean nothing to a device.
namespace gpu {
extern unsigned seed;
extern bool keeps_memory_open;
unsigned seed = 0;
bool keeps_memory_open = false;
}  // namespace gpu
