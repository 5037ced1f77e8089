// AnyModel<A, B> is a CycleGAN, or another model that learns to translate from A to B, whose networks and device are no
// part of its type: what a program holds that chooses them when it runs. It keeps the model, made in place from the arguments, and passes every call on; so it
// trains with Loop as the model itself would (guise/train/loop.hpp), and what trains it is compiled once. Where
// `makes_random_crops` says so, the device makes batches of RandomCrops, else they throw Error; where `translates_back`
// does, the model has a translator from B to A, else asking for it throws Error.
//
//   AnyModel<A, B> model(std::in_place_type<CycleGan<A, B, Paper<Described, Described>, Cpu>>,
//                           resnet_generator(9, 64), patch_discriminator(64), options, Cpu());
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random_crops.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/train/losses.hpp>
#include <guise/train/picture_rows.hpp>
#include <guise/train/state.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace guise {

template <class A, class B> class AnyModel {
 public:
  template <class Model, class... Arguments>
  explicit AnyModel(std::in_place_type_t<Model>, Arguments&&... arguments)
      : model_(std::make_unique<Holder<Model>>(std::forward<Arguments>(arguments)...)) {}

  Losses step(const Images<A>& a, const Images<B>& b) { return model_->step(a, b); }
  Losses step(const RandomCrops<A>& a, const RandomCrops<B>& b) { return model_->step(a, b); }
  bool makes_random_crops() const { return model_->makes_random_crops(); }
  bool translates_back() const { return model_->translates_back(); }
  long steps() const { return model_->steps(); }
  double rate() const { return model_->rate(); }
  State state() { return model_->state(); }
  PictureRows pictures(const Images<A>& a, const Images<B>& b) const { return model_->pictures(a, b); }
  template <class S, class T> AnyTranslator<S, T> translator() const {
    if constexpr (std::is_same_v<S, A>)
      return model_->to_b();
    else
      return model_->to_a();
  }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual Losses step(const Images<A>&, const Images<B>&) = 0;
    virtual Losses step(const RandomCrops<A>&, const RandomCrops<B>&) = 0;
    virtual bool makes_random_crops() const = 0;
    virtual bool translates_back() const = 0;
    virtual long steps() const = 0;
    virtual double rate() const = 0;
    virtual State state() = 0;
    virtual PictureRows pictures(const Images<A>&, const Images<B>&) const = 0;
    virtual AnyTranslator<A, B> to_b() const = 0;
    virtual AnyTranslator<B, A> to_a() const = 0;
  };
  template <class Model> struct Holder final : Interface {
    static constexpr bool random_crops =
        requires(Model & model, const RandomCrops<A>& a, const RandomCrops<B>& b) {
      { model.step(a, b) } -> std::same_as<Losses>;
    };
    static constexpr bool back = requires(const Model& model) { model.template translator<B, A>(); };
    Model model;

    template <class... Arguments>
    explicit Holder(Arguments&&... arguments) : model(std::forward<Arguments>(arguments)...) {}

    Losses step(const Images<A>& a, const Images<B>& b) override { return model.step(a, b); }
    Losses step(const RandomCrops<A>& a, const RandomCrops<B>& b) override {
      if constexpr (random_crops)
        return model.step(a, b);
      else
        throw Error("random crops: expected a device that makes pictures of them, found one that does not");
    }
    bool makes_random_crops() const override { return random_crops; }
    bool translates_back() const override { return back; }
    long steps() const override { return model.steps(); }
    double rate() const override { return model.rate(); }
    State state() override { return model.state(); }
    PictureRows pictures(const Images<A>& a, const Images<B>& b) const override {
      return model.pictures(a, b);
    }
    AnyTranslator<A, B> to_b() const override { return any_translator(model.template translator<A, B>()); }
    AnyTranslator<B, A> to_a() const override {
      if constexpr (back)
        return any_translator(model.template translator<B, A>());
      else
        throw Error("a translator back: expected a model that has one, found one of one direction");
    }
  };

  std::unique_ptr<Interface> model_;
};

}  // namespace guise
