// CycleGAN (Zhu et al. 2017): two generators and two discriminators that learn to translate between two
// domains from pictures that are not paired. One call of `step` is one mini-batch of the paper's algorithm:
//
//   G_A: A -> B, G_B: B -> A, D_A judges B, D_B judges A
//   generators      mean (D_A(G_A(a)) - 1)^2 + lambda_A mean |G_B(G_A(a)) - a|
//                   + lambda_B lambda_identity mean |G_A(b) - b|, and the same with A and B swapped
//   discriminators  half of mean (D_A(b) - 1)^2 + mean D_A(pool(G_A(a)))^2, and D_B likewise
//
// The host decides what changes from step to step before it starts, and reads the losses when it is over. So
// on a device that records, steps whose pictures have the shape of those before are one replay each
// (train/replay.hpp).
//
// Pictures are (N, H, W, C) in [-1, 1]. The same seed gives the same bits whatever the number of threads. A
// step whose losses are not finite throws Error, leaves parameters, running statistics and chance as they
// were and in the pools no picture that is not finite.
#pragma once
#include <guise/core/windows.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/loss/l1.hpp>
#include <guise/loss/lsgan.hpp>
#include <guise/net/network.hpp>
#include <guise/objective/translation_rows.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/linear_decay.hpp>
#include <guise/train/image_pool.hpp>
#include <guise/train/losses.hpp>
#include <guise/train/replay.hpp>
#include <guise/train/state.hpp>

#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace guise {

struct CycleGanOptions {
  std::uint64_t seed = 0;
  LinearDecay rate{2e-4, forever, forever};
  AdamOptions adam{};
  std::size_t pool_size = 50;
  double lambda_A = 10, lambda_B = 10, lambda_identity = 0.5;
};

template <class A, class B, class Gen, class Disc, class Device, class Form = Fused> class CycleGan {
  using Floats = typename Device::Buffer;
  using Scalar = typename Device::Scalar;
  template <class Net> struct Student {  // a network, its gradients, and what Adam remembers of them
    Net net;
    typename Net::Gradients gradients;
    AdamState<Device> adam;
    Floats statistics_before;  // the step in hand, whose forward writes them
    Student(const CycleGanOptions& options, std::uint64_t stream, const Device& device)
        : net(options.seed, stream, device),
          gradients(net.gradients()),
          adam(adam_state(net)),
          statistics_before(device.uninitialized(net.statistics().size())) {}
  };
  template <class S, class T> using Maps = Student<Generator<S, T, Gen, Device, Form>>;
  template <class T> using Judges = Student<Discriminator<T, Disc, Device, Form>>;

 public:
  explicit CycleGan(CycleGanOptions options = {}, Device device = {})
      : options_(std::move(options)),
        device_(std::move(device)),
        g_a_(options_, 0, device_),
        g_b_(options_, 1, device_),
        d_a_(options_, 2, device_),
        d_b_(options_, 3, device_),
        pool_a_(options_.pool_size, Random(options_.seed, 4)),
        pool_b_(options_.pool_size, Random(options_.seed, 5)),
        a_{0, {}, device_},
        b_{0, {}, device_},
        values_(device_.uninitialized(of_all)) {}

  Losses step(const Images<A>& a, const Images<B>& b) {
    place(a, a_);
    place(b, b_);
    return learn(a_, b_);
  }
  Losses step(const Windows<A>& a, const Windows<B>& b) requires CutsWindows<Device> {
    place(a, a_);
    place(b, b_);
    return learn(a_, b_);
  }
  Losses step(const Batch<A, Device>& a, const Batch<B, Device>& b) {
    if constexpr (Records<Device>) {
      place(a, a_);  // where a recording reads
      place(b, b_);
      return learn(a_, b_);
    } else {
      return learn(a, b);
    }
  }

  // ---- mistakes, in words ----
  template <class X, class Y, class D> void step(const Batch<X, D>&, const Batch<Y, D>&) {
    static_assert(std::is_same_v<X, A> && std::is_same_v<Y, B>,
                  "step takes a batch of the first domain and one of the second, in this order");
  }

  // A copy of the generator that maps S to T, frozen.
  template <class S, class T> Translator<S, T, Gen, Device> translator() const {
    return Translator<S, T, Gen, Device>(copy(generator<S, T>()));
  }
  template <class S, class T> const Generator<S, T, Gen, Device, Form>& generator() const {
    static_assert(
        (std::is_same_v<S, A> && std::is_same_v<T, B>) || (std::is_same_v<S, B> && std::is_same_v<T, A>),
        "this model translates between its two domains only");
    if constexpr (std::is_same_v<S, A>)
      return g_a_.net;
    else
      return g_b_.net;
  }

  // f(name, network) for G_A, G_B, D_A, D_B.
  template <class F> void visit(F f) {
    f(std::string_view("G_A"), g_a_.net);
    f(std::string_view("G_B"), g_b_.net);
    f(std::string_view("D_A"), d_a_.net);
    f(std::string_view("D_B"), d_b_.net);
  }
  State state() {
    State all;
    all.add("steps", steps_);
    visit_students([&, name = std::begin(network_names)](auto& student) mutable {
      all.add_network(*name, student.net);
      all.add(std::string(*name) + ".adam_mean.", student.net.table(), device_, student.adam.mean);
      all.add(std::string(*name++) + ".adam_square.", student.net.table(), device_, student.adam.square);
    });
    pool_a_.add_to(all, "pool_A", device_);
    pool_b_.add_to(all, "pool_B", device_);
    return all;
  }
  // What a training shows: the first pictures of both batches, translated and back.
  PictureRows pictures(const Images<A>& a, const Images<B>& b) const {
    return translation_rows(a, b, translator<A, B>(), translator<B, A>());
  }
  long steps() const { return steps_; }
  double rate() const { return options_.rate(steps_); }  // of the next step

 private:
  static constexpr const char* network_names[] = {"G_A", "G_B", "D_A", "D_B"};
  // Of the losses: three of each direction, then one of each discriminator.
  static constexpr int of_translations = 6, of_all = 8;

  Losses learn(const Batch<A, Device>& a, const Batch<B, Device>& b) {
    const auto adam = adam_scalars<Scalar>(options_.adam, rate(), steps_ + 1);
    const auto into_a = pool_a_.decide(b.n, g_b_.net.out(b.shape), device_);
    const auto into_b = pool_b_.decide(a.n, g_a_.net.out(a.shape), device_);
    place({adam, into_a.moves, into_b.moves});
    if (std::exchange(unfinished_, true))
      visit_students([&](auto& student) { clear(student.gradients.floats); });
    visit_students([&](auto& student) { copy(student.net.statistics(), student.statistics_before); });
    replay_(
        device_, [&] { return whereabouts(a, b); }, [&] { work(a, b); });
    const Losses losses = read_losses();
    unfinished_ = false;
    if (!losses.finite()) {
      visit_students([&](auto& student) { copy(student.statistics_before, student.net.statistics()); });
      throw Error("training step " + std::to_string(steps_ + 1) + ": expected finite losses, got " +
                  losses.text());
    }
    pool_a_.accept(into_a);
    pool_b_.accept(into_b);
    ++steps_;
    return losses;
  }

  void work(const Batch<A, Device>& a, const Batch<B, Device>& b) {  // all that a device does in a step
    const double identity_a = options_.lambda_B * options_.lambda_identity;
    const double identity_b = options_.lambda_A * options_.lambda_identity;
    const Scalar *const adam = decisions_.data(), *const moves_a = adam + 2, *const moves_b = moves_a + b.n;
    Scalar* const values = values_.data();
    // One direction goes forward and backward before the other starts: fewer tapes live at once.
    auto fake_b = translate(g_a_, g_b_, d_a_, a, b, options_.lambda_A, identity_a, values);
    auto fake_a = translate(g_b_, g_a_, d_b_, b, a, options_.lambda_B, identity_b, values + 3);
    // The discriminators learn from what the generators made before they learnt in this step. A picture that
    // is not finite makes a translation's loss that is not.
    pool_b_.exchange(fake_b, moves_b, {of_translations, values});
    pool_a_.exchange(fake_a, moves_a, {of_translations, values});
    judge(d_a_, b, fake_b, values + of_translations);
    judge(d_b_, a, fake_a, values + of_translations + 1);
    visit_students([&](auto& student) {
      adam_step(student.net, student.gradients, student.adam, options_.adam, adam, {of_all, values});
    });
  }

  // One direction of the objective: its translations. G: S -> T, F: T -> S, D judges T.
  template <class S, class T>
  static Batch<T, Device> translate(Maps<S, T>& g, Maps<T, S>& f, Judges<T>& d, const Batch<S, Device>& s,
                                    const Batch<T, Device>& t, double lambda_cycle, double lambda_identity,
                                    Scalar* values) {
    auto [fake, tape_g] = g.net.forward(s);       // G(s)
    auto [cycled, tape_f] = f.net.forward(fake);  // F(G(s))
    auto [score, tape_d] = d.net.forward(fake);   // D(G(s))
    auto adversarial = lsgan(score, is_real);
    auto cycle = l1(cycled, s, lambda_cycle);
    auto dfake = d.net.backward(std::move(tape_d), adversarial.gradient, frozen) +
                 f.net.backward(std::move(tape_f), cycle.gradient, f.gradients);
    g.net.learn(std::move(tape_g), dfake, g.gradients);

    auto [same, tape_i] = g.net.forward(as<S>(t));  // G(t)
    auto identity = l1(same, t, lambda_identity);
    if (lambda_identity != 0) g.net.learn(std::move(tape_i), identity.gradient, g.gradients);
    keep(adversarial, values);
    keep(cycle, values + 1);
    keep(identity, values + 2);
    return std::move(fake);
  }
  template <class T>
  static void judge(Judges<T>& d, const Batch<T, Device>& real, const Batch<T, Device>& fake, Scalar* value) {
    auto [on_real, tape_real] = d.net.forward(real);
    auto truth = lsgan(on_real, is_real, 0.5);
    d.net.learn(std::move(tape_real), truth.gradient, d.gradients);
    auto [on_fake, tape_fake] = d.net.forward(fake);
    auto lie = lsgan(on_fake, is_fake, 0.5);
    d.net.learn(std::move(tape_fake), lie.gradient, d.gradients);
    keep(truth, value);
    keep(lie, value, 1);
  }
  template <class L> static void keep(const L& loss, Scalar* value, double of_before = 0) {
    loss.gradient.backend.axpby(1, 1, loss.value.data(), of_before, value);
  }
  Losses read_losses() const {  // the one wait of a step
    float v[of_all];
    device_.download(of_all, values_.data(), v);
    return {{"D_A", "G_A", "cycle_A", "idt_A", "D_B", "G_B", "cycle_B", "idt_B"},
            {v[6], v[0], v[1], v[2], v[7], v[3], v[4], v[5]}};
  }

  Whereabouts whereabouts(const Batch<A, Device>& a, const Batch<B, Device>& b) const {
    Whereabouts all;
    all.add(a);
    all.add(b);
    for (const Floats* floats : {&decisions_, &values_, &pool_a_.pictures(), &pool_b_.pictures()})
      all.add(*floats);
    visit_students([&](const auto& student) {
      for (const Floats* floats : {&student.net.parameters(), &student.net.statistics(),
                                   &student.gradients.floats, &student.adam.mean, &student.adam.square})
        all.add(*floats);
    });
    return all;
  }
  void place(std::initializer_list<std::span<const Scalar>> decisions) {
    std::vector<Scalar> all;
    for (const auto& part : decisions) all.insert(all.end(), part.begin(), part.end());
    if (decisions_.size() != all.size()) decisions_ = device_.uninitialized(all.size());
    device_.upload(all.size(), all.data(), decisions_.data());
  }
  template <class D, class From> void place(const Batch<D, From>& from, Batch<D, Device>& to) const {
    if (to.n != from.n || to.shape != from.shape) to = {from.n, from.shape, device_};
    if constexpr (std::is_same_v<From, Host>)
      device_.upload(from.data.size(), from.data.data(), to.data.data());
    else
      device_.copy(from.data.size(), from.data.data(), to.data.data());
  }
  template <class D> void place(const Windows<D>& from, Batch<D, Device>& to) const {
    const Shape shape{3, from.crop, from.crop};
    if (to.n != from.n || to.shape != shape) to = {from.n, shape, device_};
    device_.windows(from.n, from.load, from.crop, from.rgb.data(), from.draws.data(), to.data.data());
  }
  void clear(Floats& floats) const {  // where they are
    const Floats zeros = device_.zeros(floats.size());
    device_.copy(zeros.size(), zeros.data(), floats.data());
  }
  void copy(const Floats& from, Floats& to) const {
    if (from.size()) device_.copy(from.size(), from.data(), to.data());
  }
  template <class S, class T>
  Generator<S, T, Gen, Device> copy(const Generator<S, T, Gen, Device, Form>& net) const {
    Generator<S, T, Gen, Device> twin(0, 0, device_);
    device_.copy(net.parameters().size(), net.parameters().data(), twin.parameters().data());
    device_.copy(net.statistics().size(), net.statistics().data(), twin.statistics().data());
    return twin;
  }
  template <class F> void visit_students(F f) { f(g_a_), f(g_b_), f(d_a_), f(d_b_); }
  template <class F> void visit_students(F f) const { f(g_a_), f(g_b_), f(d_a_), f(d_b_); }

  CycleGanOptions options_;
  Device device_;
  Maps<A, B> g_a_;
  Maps<B, A> g_b_;
  Judges<B> d_a_;
  Judges<A> d_b_;
  ImagePool<A, Device> pool_a_;
  ImagePool<B, Device> pool_b_;
  Batch<A, Device> a_;
  Batch<B, Device> b_;
  Floats decisions_;  // of the host: Adam's two scalars, a move for each translation to A, for each to B
  Floats values_;     // of the losses
  Replay<Device> replay_;
  long steps_ = 0;
  bool unfinished_ = false;  // a step, whose gradients are not zero
};

}  // namespace guise
