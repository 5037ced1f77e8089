// The descriptors that guise makes, finalised by the real cuDNN. No device is needed: up to the operation the
// library asks for none, and from there on it plans for a device that is described to it, as long as it knows
// the description's form.
#include "backend/convolutions.hpp"
#include <guise/backend/cuda/cudnn_plan.cuh>

#include <doctest/doctest.h>

#include <string>

using namespace guise;
using namespace guise::cuda;
using guise::test::geometry;

namespace {

constexpr Role roles[] = {Role::y, Role::dx, Role::dw};
constexpr Precision precisions[] = {Precision::float32, Precision::tf32, Precision::bf16};

// Every convolution of the nine-block generator and of the discriminator, at 256x256.
const ConvGeometry layers[] = {
    geometry(1, 262, 262, 3, 64, 7, 1, 0),    geometry(1, 256, 256, 64, 128, 3, 2, 1),
    geometry(1, 128, 128, 128, 256, 3, 2, 1), geometry(1, 66, 66, 256, 256, 3, 1, 0),
    geometry(1, 262, 262, 64, 3, 7, 1, 0),    geometry(1, 256, 256, 3, 64, 4, 2, 1),
    geometry(1, 128, 128, 64, 128, 4, 2, 1),  geometry(1, 64, 64, 128, 256, 4, 2, 1),
    geometry(1, 32, 32, 256, 512, 4, 1, 1),   geometry(1, 31, 31, 512, 1, 4, 1, 1)};

std::string description(int architecture) {  // what the library asks a device, of one that is not here
  return R"({"cudaDeviceId":0,"deviceVer":)" + std::to_string(architecture * 10) +
         R"(,"driverVer":13000,"totalGlobalMem":17179869184,"maxGridSize":[2147483647,65535,65535],)"
         R"("maxBlockSize":[1024,1024,64],"regsPerBlock":65536,"multiProcessorCount":40,"warpSize":32,)"
         R"("maxSharedMemoryPerBlock":49152,"maxSharedMemoryPerBlockOptin":65536,)"
         R"("reservedSharedMemoryPerBlock":1024,"maxRegistersPerSM":65536,"maxCtasPerSM":16,)"
         R"("maxThreadsPerBlock":1024,"maxThreadsPerSM":1024,"pciDeviceId":0,"isTccDriver":0,)"
         R"("supportCoopLaunch":1,"smClockRateKHz":1500000,"memClockRateKHz":1000000,"l2CacheSize":4194304,)"
         R"("deviceName":"a device"})";
}

}  // namespace

TEST_CASE("cuDNN finalises the operations of every layer") {
  for (const ConvGeometry& g : layers)
    for (const Role role : roles)
      for (const Precision precision : precisions) {
        CAPTURE(g.h);
        CAPTURE(g.out_c);
        CHECK(cudnn::operation(role, g, precision).size() == 5);
      }
  const ConvGeometry one_sided{1, 65, 64, 8, 32, 32, 16, 3, 2, 0, 0},
      cut_off{1, 65, 65, 8, 20, 20, 16, 3, 2, 0, 0};
  for (const Role role : roles) {
    CHECK(cudnn::operation(role, one_sided, Precision::float32).size() == 5);
    CHECK(cudnn::operation(role, cut_off, Precision::float32).empty());
  }
}

TEST_CASE("cuDNN refuses an operation of a wrong size") {
  const auto x = cudnn::tensor('x', Precision::float32, 1, 16, 16, 8),
             w = cudnn::tensor('w', Precision::float32, 4, 3, 3, 8);
  const auto settings = cudnn::convolution(geometry(1, 16, 16, 8, 4, 3, 2, 1));
  REQUIRE(settings);
  for (const int rows : {7, 8, 9}) {
    const auto y = cudnn::tensor('y', Precision::float32, 1, rows, 8, 4);
    const cudnn::OperationNames name = cudnn::names(Role::y);
    cudnn::Descriptor d(name.type);
    d.set(name.convolution, *settings).set(name.x, x).set(name.w, w).set(name.y, y);
    d.set(name.alpha, CUDNN_TYPE_FLOAT, 1.f).set(name.beta, CUDNN_TYPE_FLOAT, 0.f);
    if (rows == 8)
      CHECK(d.finalize("the right size"));
    else
      CHECK_THROWS_WITH_AS(d.finalize("a wrong size"),
                           doctest::Contains("cuDNN, a wrong size: CUDNN_STATUS_BAD_PARAM"), Error);
  }
}

TEST_CASE("cuDNN has an engine that keeps our promises for every layer, on every architecture") {
  for (const int architecture : {75, 80, 86, 89, 90, 100}) {
    cudnn::Descriptor device(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
    const std::string text = description(architecture);
    device.set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, std::int64_t(text.size() + 1),
               text.c_str());
    if (cudnnBackendFinalize(device.raw()) != CUDNN_STATUS_SUCCESS) {
      MESSAGE("this cuDNN does not read our description of a device");
      return;
    }
    for (const ConvGeometry& g : layers)
      for (const Role role : roles)
        for (const Precision precision : precisions) {
          if (precision == Precision::bf16 && architecture < 80) continue;
          CAPTURE(architecture);
          CAPTURE(g.h);
          CAPTURE(g.c);
          CAPTURE(g.out_c);
          CAPTURE(int(role));
          CAPTURE(int(precision));
          CHECK(cudnn::make_plan(role, g, precision, {nullptr, &device}));
        }
  }
}
