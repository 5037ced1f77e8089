// CycleGAN (Zhu et al. 2017): two generators and two discriminators that learn to translate between two
// domains from pictures that are not paired. One call of `step` is one mini-batch of the paper's algorithm:
//
//   G_A: A -> B, G_B: B -> A; D_A tells pictures of B from translations, D_B those of A
//   generators      mean (D_A(G_A(a)) - 1)^2 + lambda_A mean |G_B(G_A(a)) - a|
//                   + lambda_B lambda_identity mean |G_A(b) - b|, and the same with A and B swapped
//   discriminators  half of mean (D_A(b) - 1)^2 + mean D_A(pool(G_A(a)))^2, and D_B likewise
//
// The recipe names the networks, the losses and the optimiser: `Paper` those of the paper, and a struct that
// derives from it others. Names are those of the PyTorch reference, of networks and of losses, whose weights are
// in them: the discriminators' are the mean of their real and fake halves. Domains of other channels have no
// identity, and no losses of it: there lambda_identity is 0, else the constructor throws Error. That the networks agree
// about the channels of their domains is checked by the compiler, or by the constructor where they are described.
//
// Pictures are (N, H, W, C) in [-1, 1]. The same seed gives the same bits whatever the number of threads. A
// step whose losses are not finite throws Error, leaves parameters, running statistics and chance as they were
// and in the pools no picture that is not finite (train/training_step.hpp).
#pragma once
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/loss/adversarial.hpp>
#include <guise/loss/reconstruction.hpp>
#include <guise/net/network.hpp>
#include <guise/objective/detail/domains.hpp>
#include <guise/objective/detail/recipe.hpp>
#include <guise/objective/translation_rows.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/schedule.hpp>
#include <guise/train/freeze.hpp>
#include <guise/train/image_pool.hpp>
#include <guise/train/step_input.hpp>
#include <guise/train/trained.hpp>
#include <guise/train/training_step.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace guise {

class Cpu;  // guise/backend/cpu/cpu.hpp, for who does not name another

template <class Gen = ResnetGenerator<9>, class Disc = PatchDiscriminator<>> struct Paper {
  using GeneratorAB = Gen;      // G_A
  using GeneratorBA = Gen;      // G_B
  using DiscriminatorB = Disc;  // D_A, which looks at pictures of B
  using DiscriminatorA = Disc;  // D_B
  using Adversarial = LeastSquares;
  using Reconstruction = L1;
  using Optimizer = Adam;
};

template <class Optimizer = Adam, class Adversarial = LeastSquares> struct CycleGanOptions {
  std::uint64_t seed = 0;
  Schedule rate = constant(2e-4);
  Optimizer optimizer{};
  std::size_t pool_size = 50;
  double lambda_A = 10, lambda_B = 10, lambda_identity = 0.5;
  Adversarial adversarial{};  // to be set where the recipe says AnyAdversarial
  Initialization initialization = initial::normal();
  double ema =
      0;  // decay of a moving average of the generators, which translators and grids then use; 0: none
  std::string freeze{};  // of the generators, what does not learn: see train/freeze.hpp
};

template <class A, class B, class Recipe = Paper<>, class Device = Cpu, class Form = Fused> class CycleGan {
  static_assert(detail::has_names_of_cyclegan<Recipe>());
  using Optimizer = typename Recipe::Optimizer;
  template <class Net> using Learner = Trained<Net, Optimizer>;
  template <class Net> using AveragedLearner = Trained<Net, Optimizer, MovingAverage>;
  using GeneratorAB = Generator<A, B, typename Recipe::GeneratorAB, Device, Form>;
  using GeneratorBA = Generator<B, A, typename Recipe::GeneratorBA, Device, Form>;
  using DiscriminatorB = Discriminator<B, typename Recipe::DiscriminatorB, Device, Form>;
  using DiscriminatorA = Discriminator<A, typename Recipe::DiscriminatorA, Device, Form>;

 public:
  using Options = CycleGanOptions<Optimizer, typename Recipe::Adversarial>;

  template <class R = Recipe>
  explicit CycleGan(Options options = {}, Device device = {})
      : CycleGan(architecture<typename R::GeneratorAB>(), architecture<typename R::GeneratorBA>(),
                 architecture<typename R::DiscriminatorB>(), architecture<typename R::DiscriminatorA>(),
                 std::move(options), std::move(device)) {
    static_assert(detail::agree_about_domains<typename R::GeneratorAB, typename R::GeneratorBA,
                                              typename R::DiscriminatorB, typename R::DiscriminatorA>());
  }
  // Of networks that are described at run time, where the recipe says Described.
  CycleGan(const Graph& generator, const Graph& discriminator, Options options, Device device = {})
      : CycleGan(generator, generator, discriminator, discriminator, std::move(options), std::move(device)) {}
  CycleGan(const Graph& g_a, const Graph& g_b, const Graph& d_a, const Graph& d_b, Options options,
           Device device = {})
      : options_(std::move(options)),
        g_a_(GeneratorAB(g_a, options_.seed, 0, device, options_.initialization), options_.optimizer,
             options_.ema),
        g_b_(GeneratorBA(g_b, options_.seed, 1, device, options_.initialization), options_.optimizer,
             options_.ema),
        d_a_(DiscriminatorB(d_a, options_.seed, 2, device, options_.initialization), options_.optimizer),
        d_b_(DiscriminatorA(d_b, options_.seed, 3, device, options_.initialization), options_.optimizer),
        pool_a_(options_.pool_size, Random(options_.seed, 4)),
        pool_b_(options_.pool_size, Random(options_.seed, 5)),
        a_(device),
        b_(device),
        step_(losses(d_b.channels(), d_a.channels(), options_.lambda_identity), device) {
    detail::check_domains(g_a, g_b, d_a, d_b);
    if (!options_.freeze.empty()) {
      g_a_.freeze(parameters_of_part(g_a, options_.freeze));
      g_b_.freeze(parameters_of_part(g_b, options_.freeze));
    }
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

  // The generator that maps S to T as it learns, and a copy of it, or of its moving average where there is one, frozen.
  template <class S, class T> const auto& generator() const {
    static_assert(
        (std::is_same_v<S, A> && std::is_same_v<T, B>) || (std::is_same_v<S, B> && std::is_same_v<T, A>),
        "this model translates between its two domains only");
    if constexpr (std::is_same_v<S, A>)
      return g_a_.net();
    else
      return g_b_.net();
  }
  template <class S, class T> auto translator() const {
    using Arch = typename std::remove_cvref_t<decltype(generator<S, T>())>::Architecture;
    if constexpr (std::is_same_v<S, A>)
      return translator_of<S, T, Arch>(g_a_);
    else
      return translator_of<S, T, Arch>(g_b_);
  }
  // What a training shows: the first pictures of both batches, translated and back.
  PictureRows pictures(const Images<A>& a, const Images<B>& b) const {
    return translation_rows(a, b, translator<A, B>(), translator<B, A>());
  }

  long steps() const { return step_.steps(); }
  double rate() const { return options_.rate(steps()); }  // of the next step
  State state() {
    State all;
    step_.add_to(all);
    g_a_.add_to(all, "G_A");
    g_b_.add_to(all, "G_B");
    d_a_.add_to(all, "D_A");
    d_b_.add_to(all, "D_B");
    pool_a_.add_to(all, "pool_A", step_.device());
    pool_b_.add_to(all, "pool_B", step_.device());
    return all;
  }
  // f(name, network) for G_A, G_B, D_A, D_B.
  template <class F> void visit(F f) {
    f(std::string_view("G_A"), g_a_.net());
    f(std::string_view("G_B"), g_b_.net());
    f(std::string_view("D_A"), d_a_.net());
    f(std::string_view("D_B"), d_b_.net());
  }

 private:
  using Now = StepWork<Device>;

  // The names of the losses, between domains of so many channels; 0: any.
  static std::vector<std::string> losses(int of_a, int of_b, double lambda_identity) {
    if (of_a == of_b || of_a == 0 || of_b == 0)
      return {"D_A", "G_A", "cycle_A", "idt_A", "D_B", "G_B", "cycle_B", "idt_B"};
    if (lambda_identity != 0)
      throw Error("an identity loss between domains of " + std::to_string(of_a) + " and " +
                  std::to_string(of_b) + " channels: expected lambda_identity of 0");
    return {"D_A", "G_A", "cycle_A", "D_B", "G_B", "cycle_B"};
  }

  Losses learn(const Batch<A, Device>& a, const Batch<B, Device>& b) {
    pool_a_.expect(b.n, g_b_.net().out(b.shape), step_.device());
    pool_b_.expect(a.n, g_a_.net().out(a.shape), step_.device());
    return step_(rate(), {&g_a_, &g_b_, &d_a_, &d_b_, &pool_a_, &pool_b_}, addresses_of(a, b),
                 [&](Now& now) { work(now, a, b); });
  }

  // All that the device does in a step.
  void work(Now& now, const Batch<A, Device>& a, const Batch<B, Device>& b) {
    const auto [lambda_A, lambda_B, identity] =
        std::tuple(options_.lambda_A, options_.lambda_B, options_.lambda_identity);
    // One direction goes forward and backward before the other starts: fewer tapes live at once.
    auto fake_b = translate(now, g_a_, g_b_, d_a_, a, b, lambda_A, lambda_B * identity, "A");
    auto fake_a = translate(now, g_b_, g_a_, d_b_, b, a, lambda_B, lambda_A * identity, "B");
    // The discriminators learn from what the generators made before they learnt in this step.
    now.exchange(pool_b_, fake_b);
    now.exchange(pool_a_, fake_a);
    discriminate(now, d_a_, b, fake_b, "A");
    discriminate(now, d_b_, a, fake_a, "B");
    now.update(g_a_, g_b_, d_a_, d_b_);
  }

  // One direction of the generators' objective: g: S -> T, f: T -> S, d tells pictures of T from translations.
  template <class G, class F, class D, class S, class T>
  Batch<T, Device> translate(Now& now, G& g, F& f, D& d, const Batch<S, Device>& s, const Batch<T, Device>& t,
                             double lambda_cycle, double lambda_identity, const std::string& which) {
    auto [fake, tape_g] = g.forward(s);       // G(s)
    auto [cycled, tape_f] = f.forward(fake);  // F(G(s))
    auto [score, tape_d] = d.forward(fake);   // D(G(s))
    auto adversarial = generator_loss(options_.adversarial, score);
    auto cycle = reconstruction_loss<typename Recipe::Reconstruction>(cycled, s, lambda_cycle);
    auto dfake = d.backward(std::move(tape_d), adversarial.gradient, frozen) +
                 f.backward(std::move(tape_f), cycle.gradient);
    g.learn(std::move(tape_g), dfake);

    now.loss("G_" + which, adversarial);
    now.loss("cycle_" + which, cycle);
    if (s.shape.c == t.shape.c) {
      auto [same, tape_i] = g.forward(as<S>(t));  // G(t)
      auto identity = reconstruction_loss<typename Recipe::Reconstruction>(same, t, lambda_identity);
      if (lambda_identity != 0) g.learn(std::move(tape_i), identity.gradient);
      now.loss("idt_" + which, identity);
    }
    return std::move(fake);
  }
  template <class D, class T>
  void discriminate(Now& now, D& d, const Batch<T, Device>& real, const Batch<T, Device>& fake,
                    const std::string& which) {
    auto [real_score, real_tape] = d.forward(real);
    auto on_real = real_loss(options_.adversarial, real_score, 0.5);
    d.learn(std::move(real_tape), on_real.gradient);
    auto [fake_score, fake_tape] = d.forward(fake);
    auto on_fake = fake_loss(options_.adversarial, fake_score, 0.5);
    d.learn(std::move(fake_tape), on_fake.gradient);
    now.loss("D_" + which, on_real);
    now.loss("D_" + which, on_fake);
  }

  template <class S, class T, class Arch, class G> static auto translator_of(const G& generator) {
    const auto& net = generator.net();
    const Device& device = net.backend();
    Generator<S, T, Arch, Device> twin(net.graph(), 0, 0, device);
    device.copy(net.parameters().size(), generator.averaged().data(), twin.parameters().data());
    device.copy(net.statistics().size(), net.statistics().data(), twin.statistics().data());
    return Translator<S, T, Arch, Device>(std::move(twin));
  }

  Options options_;
  AveragedLearner<GeneratorAB> g_a_;
  AveragedLearner<GeneratorBA> g_b_;
  Learner<DiscriminatorB> d_a_;
  Learner<DiscriminatorA> d_b_;
  ImagePool<A, Device> pool_a_;
  ImagePool<B, Device> pool_b_;
  StepInput<A, Device> a_;
  StepInput<B, Device> b_;
  TrainingStep<Device> step_;
};

}  // namespace guise
