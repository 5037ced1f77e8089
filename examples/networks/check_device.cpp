#include "with_device.hpp"

void check_device(const DeviceOptions& device) {
  with_device(device, [](const auto&) {});
}
