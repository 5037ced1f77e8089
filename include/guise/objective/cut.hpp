// CUT and FastCUT (Park, Efros, Zhang and Zhu 2020, "Contrastive Learning for Unpaired Image-to-Image Translation"): one
// generator and one discriminator, without a way back. A translation should look like a picture of B, and each of its
// places should be told, among all places of the source, to come from its own. One call of `step` is one mini-batch:
//
//   G: A -> B, whose first layers are the encoder E; D tells pictures of B from translations; F are projection heads, one
//   for each layer of E that is looked at
//   NCE(x, y)      mean over these layers of PatchNCE(F(E(y)), F(E(x))) at random places (loss/patch_nce.hpp)
//   discriminator  half of mean (D(b) - 1)^2 + mean D(G(a))^2; it learns first
//   G and F        lambda_GAN mean (D(G(a)) - 1)^2 + lambda_NCE NCE(a, G(a))                         without identity
//                  lambda_GAN mean (D(G(a)) - 1)^2 + lambda_NCE (NCE(a, G(a)) + NCE(b, G(b))) / 2    with it
//
// With flip_equivariance a step flips what G is given from left to right with probability one half, and looks at the
// mirrored places of what G makes. E(x) is given: nothing learns from it. Losses have the names of the published code,
// and its factors: D_real and D_fake are not halved, NCE and NCE_Y (with identity) have lambda_NCE, G is the sum that G
// and F minimise. The networks are G, whose weights are those of a generator, F and D.
//
// Pictures are (N, H, W, C) in [-1, 1], of as many channels in both domains, of a size that G keeps. The same seed gives
// the same bits whatever the number of threads. A step whose losses are not finite throws Error and leaves parameters,
// optimiser states, running statistics and chance as they were (train/training_step.hpp). The constructor throws Error for
// networks that disagree about their channels, and for options that are out of range.
#pragma once
#include <guise/arch/cut_generator.hpp>
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/projection_head.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/loss/adversarial.hpp>
#include <guise/loss/patch_nce.hpp>
#include <guise/objective/cut_options.hpp>
#include <guise/objective/detail/domains.hpp>
#include <guise/objective/detail/places.hpp>
#include <guise/objective/detail/recipe.hpp>
#include <guise/train/chain.hpp>
#include <guise/train/freeze.hpp>
#include <guise/train/picture_rows.hpp>
#include <guise/train/step_input.hpp>
#include <guise/train/trained.hpp>
#include <guise/train/training_step.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace guise {

class Cpu;  // guise/backend/cpu/cpu.hpp, for who does not name another

template <class Gen = CutGenerator<>, class Disc = PatchDiscriminator<>> struct CutPaper {
  using Generator = Gen;
  using Discriminator = Disc;
  using Adversarial = LeastSquares;
  using Optimizer = Adam;
};

template <class A, class B, class Recipe = CutPaper<>, class Device = Cpu, class Form = Fused> class Cut {
  static_assert(detail::has_names_of_cut<Recipe>());
  using Optimizer = typename Recipe::Optimizer;
  using GeneratorAB = Chain<A, B, Device, Form, Optimizer>;  // the last link decodes, those before encode
  using Features = Between<A, B>;                            // the domain of what the links give,
  struct Sampled;                                            // of that at some places,
  struct Projected;                                          // and of what a head makes of it
  using Head = Network<Sampled, Projected, Described, Device, Form>;
  using DiscriminatorB = Discriminator<B, typename Recipe::Discriminator, Device, Form>;

 public:
  using Options = CutOptions<Optimizer, typename Recipe::Adversarial>;

  template <class R = Recipe>
  explicit Cut(Options options = {}, Device device = {})
      : Cut(architecture<typename R::Generator>(), architecture<typename R::Discriminator>(),
            std::move(options), std::move(device)) {
    if constexpr (detail::HaveChannels<typename R::Generator, typename R::Discriminator>)
      static_assert(R::Generator::channels == R::Generator::channels_made &&
                        R::Generator::channels == R::Discriminator::channels,
                    "the networks of CUT disagree about the channels of a picture");
  }
  // Of networks that are described at run time, where the recipe says Described.
  Cut(const Graph& generator, const Graph& discriminator, Options options, Device device = {})
      : options_(checked(std::move(options))),
        g_(generator, after_layers(generator, options_.layers), options_.seed, 0, device, options_.optimizer,
           options_.initialization, options_.ema),
        d_(DiscriminatorB(discriminator, options_.seed, 64, device, options_.initialization),
           options_.optimizer),
        places_(options_.places, options_.flip_equivariance, Random(options_.seed, 65)),
        a_(device),
        b_(device),
        step_(losses(options_.identity), device) {
    check_channels(generator, discriminator);
    for (int k = 0; k + 1 < static_cast<int>(g_.size()); ++k) {
      const Graph& part = g_[static_cast<std::size_t>(k)].net().graph();
      f_.emplace_back(Head(projection_head(part[part.output()].channels, options_.width, k), options_.seed,
                           static_cast<std::uint64_t>(66 + k), device, options_.initialization),
                      options_.optimizer);
    }
    d_.updates_early();
    if (!options_.freeze.empty()) g_.freeze(parameters_of_part(generator, options_.freeze));
  }

  // Pictures of the host, random crops of what was loaded, or batches of the device; `Pictures` is what a
  // training had best load.
  template <class Domain>
  using Pictures = std::conditional_t<MakesRandomCrops<Device>, RandomCrops<Domain>, Images<Domain>>;

  Losses step(const Images<A>& a, const Images<B>& b) { return learn(a_(a), b_(b)); }
  Losses step(const RandomCrops<A>& a, const RandomCrops<B>& b) requires MakesRandomCrops<Device> {
    return learn(a_(a), b_(b));
  }
  Losses step(const Batch<A, Device>& a, const Batch<B, Device>& b) { return learn(a_(a), b_(b)); }

  // ---- mistakes, in words ----
  template <class X, class Y, class D> void step(const Batch<X, D>&, const Batch<Y, D>&) {
    static_assert(std::is_same_v<X, A> && std::is_same_v<Y, B>,
                  "step takes a batch of the first domain and one of the second, in this order");
  }

  // A copy of the generator, or of its moving average where there is one, frozen.
  template <class S, class T>
  requires(std::is_same_v<S, A>&& std::is_same_v<T, B>) auto translator() const {
    using Arch = typename Recipe::Generator;
    Generator<A, B, Arch, Device> whole(g_.graph(), 0, 0, step_.device());
    g_.copy_to(whole);
    return Translator<A, B, Arch, Device>(std::move(whole));
  }
  // What a training shows: the first pictures of both batches, and what the generator makes of them.
  PictureRows pictures(const Images<A>& a, const Images<B>& b) const {
    const auto to_b = translator<A, B>();
    PictureRows rows;
    rows.push_back(picture_row(a, to_b(a)));
    rows.push_back(picture_row(b, to_b(as<A>(b))));
    return rows;
  }

  long steps() const { return step_.steps(); }
  double rate() const { return options_.rate(steps()); }  // of the next step
  State state() {
    State all;
    step_.add_to(all);
    g_.add_to(all, "G");
    for (auto& head : f_) head.add_to(all, "F");
    d_.add_to(all, "D");
    places_.add_to(all, "places");
    return all;
  }
  // f(name, network) for the links of G, the heads of F, and D.
  template <class F> void visit(F f) {
    for (std::size_t k = 0; k < g_.size(); ++k) f(std::string_view("G"), g_[k].net());
    for (auto& head : f_) f(std::string_view("F"), head.net());
    f(std::string_view("D"), d_.net());
  }

 private:
  using Now = StepWork<Device>;

  Losses learn(const Batch<A, Device>& a, const Batch<B, Device>& b) {
    places_.expect(options_.identity ? std::vector{looked_at(a.shape), looked_at(b.shape)}
                                     : std::vector{looked_at(a.shape)});
    std::vector<StepPart<Device>*> parts{&d_, &places_};
    for (std::size_t k = 0; k < g_.size(); ++k) parts.push_back(&g_[k]);
    for (auto& head : f_) parts.push_back(&head);
    return step_(rate(), parts, addresses_of(a, b), [&](Now& now) { work(now, a, b); });
  }

  // All that the device does in a step.
  void work(Now& now, const Batch<A, Device>& a, const Batch<B, Device>& b) {
    auto [fake, tapes] = g_.forward(flipped(now, a, 0));  // G(a)
    discriminate(now, b, fake);
    now.update(d_);

    auto [score, tape] = d_.forward(fake);
    auto adversarial = generator_loss(options_.adversarial, score, options_.lambda_GAN);
    now.loss("G_GAN", adversarial);
    now.loss("G", adversarial);
    auto dfake = d_.backward(std::move(tape), adversarial.gradient, frozen);
    g_.learn(std::move(tapes), std::move(dfake) + contrast(now, "NCE", a, fake, 0));

    if (options_.identity) {
      auto [same, same_tapes] = g_.forward(flipped(now, as<A>(b), 1));  // G(b)
      g_.learn(std::move(same_tapes), contrast(now, "NCE_Y", b, same, 1));
    }
    for (std::size_t k = 0; k < g_.size(); ++k) now.update(g_[k]);
    for (auto& head : f_) now.update(head);
  }

  void discriminate(Now& now, const Batch<B, Device>& real, const Batch<B, Device>& fake) {
    auto [fake_score, fake_tape] = d_.forward(fake);
    auto on_fake = fake_loss(options_.adversarial, fake_score, 0.5);
    d_.learn(std::move(fake_tape), on_fake.gradient);
    auto [real_score, real_tape] = d_.forward(real);
    auto on_real = real_loss(options_.adversarial, real_score, 0.5);
    d_.learn(std::move(real_tape), on_real.gradient);
    now.loss("D_real", on_real, 2);
    now.loss("D_fake", on_fake, 2);
  }

  // NCE(source, made), from which encoder and heads learn; its gradient in what was made.
  template <class S>
  Gradient<B, Device> contrast(Now& now, const char* name, const Batch<S, Device>& source,
                               const Batch<B, Device>& made, std::size_t set) {
    const double share = options_.identity ? 0.5 : 1;
    const double weight = share * options_.lambda_NCE / static_cast<double>(f_.size());
    auto of_source = as<Features>(source), of_made = as<Features>(made);
    typename GeneratorAB::Tapes tapes;
    std::vector<Gradient<Sampled, Device>> slopes;
    for (std::size_t layer = 0; layer < f_.size(); ++layer) {
      of_source = std::move(g_[layer].forward(of_source).y);
      auto [features, tape] = g_[layer].forward(of_made);
      of_made = std::move(features);
      const auto at = places_.at(now.decided(places_), set, layer);
      const auto keys = f_[layer].net().infer(detail::gathered<Sampled>(of_source, at.count, at.places));
      auto [queries, head_tape] = f_[layer].forward(detail::gathered<Sampled>(of_made, at.count, at.flipped));
      auto nce = patch_nce_loss(queries, keys, options_.contrast, weight);
      slopes.push_back(f_[layer].backward(std::move(head_tape), nce.gradient));
      tapes.push_back(std::move(tape));
      now.loss(name, nce, 1 / share);
      now.loss("G", nce);
    }
    Gradient<Features, Device> slope{of_made.n, of_made.shape, step_.device(),
                                     step_.device().zeros(of_made.data.size())};
    for (std::size_t layer = f_.size(); layer-- > 0;) {
      detail::add_scattered(slopes[layer], places_.at(now.decided(places_), set, layer).flipped, slope);
      slope = g_[layer].backward(std::move(tapes[layer]), slope);
    }
    return as<Tangent<B>>(std::move(slope));
  }

  // What G is given: the pictures, flipped from left to right or not.
  template <class S> Batch<A, Device> flipped(Now& now, const Batch<S, Device>& x, std::size_t set) const {
    if (!options_.flip_equivariance) return as<A>(x);
    auto y = detail::gathered<A>(x, x.shape.h * x.shape.w, places_.pixels(now.decided(places_), set));
    y.shape = x.shape;
    return y;
  }

  typename detail::Places<Device>::Set looked_at(Shape picture) const {
    auto maps = g_.shapes(picture);
    if (maps.back() != picture)
      throw Error("a picture of " + std::to_string(picture.w) + "x" + std::to_string(picture.h) +
                  " becomes one of " + std::to_string(maps.back().w) + "x" + std::to_string(maps.back().h) +
                  ": expected a size that the generator keeps");
    maps.pop_back();
    return {picture, std::move(maps)};
  }

  static std::vector<std::string> losses(bool identity) {
    std::vector<std::string> names{"G_GAN", "D_real", "D_fake", "G", "NCE"};
    if (identity) names.emplace_back("NCE_Y");
    return names;
  }
  static std::vector<Value> after_layers(const Graph& generator, const std::vector<int>& layers) {
    std::vector<Value> after;
    for (const int layer : layers) after.push_back(value_after(generator, layer));
    return after;
  }
  static void check_channels(const Graph& generator, const Graph& discriminator) {
    const int taken = generator.channels(), made = generator[generator.output()].channels,
              judged = discriminator.channels();
    if (taken != made || taken != judged)
      throw Error("CUT of a generator from " + std::to_string(taken) + " channels to " +
                  std::to_string(made) + " and a discriminator of " + std::to_string(judged) +
                  ": expected the same number of all");
  }

  Options options_;
  GeneratorAB g_;
  std::vector<Trained<Head, Optimizer>> f_;
  Trained<DiscriminatorB, Optimizer> d_;
  detail::Places<Device> places_;
  StepInput<A, Device> a_;
  StepInput<B, Device> b_;
  TrainingStep<Device> step_;
};

}  // namespace guise
