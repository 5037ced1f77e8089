// A CycleGAN whose networks are chosen when the program runs: what a training asks of it, without their
// types. A program then compiles its training once, and not once for every pair of architectures.
//
//   any_cyclegan<A, B>({.blocks = 9, .width = 64}, 64, options, device)   -> unique_ptr<AnyCycleGan>
//
// Steps, pictures and errors are those of CycleGan (objective/cyclegan.hpp); the choices those of
// arch/architectures.hpp, and UnknownArchitecture is thrown for any other.
#pragma once
#include <guise/arch/architectures.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/objective/cyclegan.hpp>

#include <memory>
#include <utility>

namespace guise {

template <class A, class B, class Device> class AnyCycleGan {
 public:
  // What a training had best give to `step`.
  template <class Domain>
  using Pictures = std::conditional_t<CutsWindows<Device>, Windows<Domain>, Images<Domain>>;

  virtual ~AnyCycleGan() = default;
  virtual Losses step(const Pictures<A>& a, const Pictures<B>& b) = 0;
  virtual long steps() const = 0;
  virtual double rate() const = 0;  // of the next step
  virtual State state() = 0;
  virtual PictureRows pictures(const Images<A>& a, const Images<B>& b) const = 0;
  virtual AnyTranslator<A, B> to_b() const = 0;  // copies of the generators, frozen
  virtual AnyTranslator<B, A> to_a() const = 0;
};

template <class A, class B, class Gen, class Disc, class Device>
class HiddenCycleGan final : public AnyCycleGan<A, B, Device> {
  template <class Domain> using Pictures = typename AnyCycleGan<A, B, Device>::template Pictures<Domain>;

 public:
  HiddenCycleGan(CycleGanOptions<> options, const Device& device) : model_(std::move(options), device) {}

  Losses step(const Pictures<A>& a, const Pictures<B>& b) override { return model_.step(a, b); }
  long steps() const override { return model_.steps(); }
  double rate() const override { return model_.rate(); }
  State state() override { return model_.state(); }
  PictureRows pictures(const Images<A>& a, const Images<B>& b) const override {
    return model_.pictures(a, b);
  }
  AnyTranslator<A, B> to_b() const override { return any_translator(model_.template translator<A, B>()); }
  AnyTranslator<B, A> to_a() const override { return any_translator(model_.template translator<B, A>()); }

 private:
  CycleGan<A, B, Paper<Gen, Disc>, Device> model_;
};

template <class A, class B, class Device>
std::unique_ptr<AnyCycleGan<A, B, Device>> any_cyclegan(GeneratorChoice generator, int discriminator_width,
                                                        const CycleGanOptions<>& options,
                                                        const Device& device) {
  return with_generator(generator, [&]<class Gen> {
    return with_discriminator(
        discriminator_width, [&]<class Disc>() -> std::unique_ptr<AnyCycleGan<A, B, Device>> {
          return std::make_unique<HiddenCycleGan<A, B, Gen, Disc, Device>>(options, device);
        });
  });
}

}  // namespace guise
