// A CycleGAN whose networks are chosen when the program runs: what a training asks of it, without their
// types. A program then compiles its training once, and not once for every pair of architectures.
//
//   any_cyclegan<A, B>(resnet_generator(9, 64), patch_discriminator(64), options, device)   -> unique_ptr<AnyCycleGan>
//
// Steps, pictures and errors are those of CycleGan (objective/cyclegan.hpp).
#pragma once
#include <guise/deploy/translator.hpp>
#include <guise/objective/cyclegan.hpp>

#include <memory>
#include <utility>

namespace guise {

template <class A, class B, class Device> class AnyCycleGan {
 public:
  // What a training had best give to `step`.
  template <class Domain>
  using Pictures = std::conditional_t<MakesRandomCrops<Device>, RandomCrops<Domain>, Images<Domain>>;

  virtual ~AnyCycleGan() = default;
  virtual Losses step(const Pictures<A>& a, const Pictures<B>& b) = 0;
  virtual long steps() const = 0;
  virtual double rate() const = 0;  // of the next step
  virtual TrainingState<Device> state() = 0;
  virtual AnyTranslator<A, B> to_b() const = 0;  // copies of the generators, frozen
  virtual AnyTranslator<B, A> to_a() const = 0;
};

template <class A, class B, class Device> class HiddenCycleGan final : public AnyCycleGan<A, B, Device> {
  template <class Domain> using Pictures = typename AnyCycleGan<A, B, Device>::template Pictures<Domain>;

 public:
  HiddenCycleGan(const Graph& generator, const Graph& discriminator, CycleGanOptions options,
                 const Device& device)
      : model_(generator, discriminator, std::move(options), device) {}

  Losses step(const Pictures<A>& a, const Pictures<B>& b) override { return model_.step(a, b); }
  long steps() const override { return model_.steps(); }
  double rate() const override { return model_.rate(); }
  TrainingState<Device> state() override { return model_.state(); }
  AnyTranslator<A, B> to_b() const override { return any_translator(model_.template translator<A, B>()); }
  AnyTranslator<B, A> to_a() const override { return any_translator(model_.template translator<B, A>()); }

 private:
  CycleGan<A, B, Described, Described, Device> model_;
};

template <class A, class B, class Device>
std::unique_ptr<AnyCycleGan<A, B, Device>> any_cyclegan(const Graph& generator, const Graph& discriminator,
                                                        const CycleGanOptions& options,
                                                        const Device& device) {
  return std::make_unique<HiddenCycleGan<A, B, Device>>(generator, discriminator, options, device);
}

}  // namespace guise
