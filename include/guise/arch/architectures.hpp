// The architectures that programs can choose at run time: ResNet generators of 6 or 9 blocks and patch
// discriminators, 16, 32 or 64 wide. A choice becomes a type by calling f.template operator()<Arch>(), so
// that everything inside is as typed as if it had been written out. Throws UnknownArchitecture, an Error, on
// any other choice.
#pragma once
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/core/error.hpp>

#include <string>

namespace guise {

class UnknownArchitecture : public Error {
 public:
  using Error::Error;
};

struct GeneratorChoice {
  int blocks = 9, width = 64;
};

template <template <int> class Arch, class F> auto with_width(int width, const char* what, F f) {
  switch (width) {
    case 16:
      return f.template operator()<Arch<16>>();
    case 32:
      return f.template operator()<Arch<32>>();
    case 64:
      return f.template operator()<Arch<64>>();
  }
  throw UnknownArchitecture(std::string(what) + " " + std::to_string(width) + " wide: expected 16, 32 or 64");
}

template <int Width> struct SixBlocks : ResnetGenerator<6, Width> {};
template <int Width> struct NineBlocks : ResnetGenerator<9, Width> {};
template <int Width> struct Patch : PatchDiscriminator<Width> {};

template <class F> auto with_generator(GeneratorChoice choice, F f) {
  if (choice.blocks == 6) return with_width<SixBlocks>(choice.width, "a generator", f);
  if (choice.blocks == 9) return with_width<NineBlocks>(choice.width, "a generator", f);
  throw UnknownArchitecture("a generator of " + std::to_string(choice.blocks) + " blocks: expected 6 or 9");
}
template <class F> auto with_discriminator(int width, F f) {
  return with_width<Patch>(width, "a discriminator", f);
}

}  // namespace guise
