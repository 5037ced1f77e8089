// A small classifier of the two domains, which learns to tell pictures of A from pictures of B. What it sees
// on the way is what a kernel distance compares (guise/metrics/kernel_distance.hpp), and how many
// translations it takes for the target domain is a score of its own. It never sees a translation while it
// learns.
//
//   body   (N, H, W, C) -> (N, H / 16, W / 16, 64)    four strided convolutions, batch norm, leaky relu
//   head   (N, H / 16, W / 16, 64) -> (..., 1)        a score for every place: 0 for A, 1 for B, least squares
//
// A picture's score is the mean over its places, its features are the mean of the body's output: the score is
// linear in the features. Beside it stands a network of the same layers without norms that never learns, whose weights are
// drawn by one seed for all: its features are those of every training, and no classifier can be blind by what it learnt.
// Pictures are in [-1, 1], at least 16x16. The same seed and pictures give the same
// bits whatever the number of threads. AnyClassifier is one whose device is hidden. Throws Error on pictures
// that are too small, or batches of two sizes.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/layer/activation.hpp>
#include <guise/layer/batch_norm.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/sequential.hpp>
#include <guise/loss/formulas.hpp>
#include <guise/metrics/features.hpp>
#include <guise/net/initialization.hpp>
#include <guise/net/network.hpp>
#include <guise/optim/adam.hpp>
#include <guise/train/trained.hpp>
#include <guise/train/training_step.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace guise {

constexpr Graph classifier_body(int channels) {
  Graph g;
  Sequence net(g, 0);
  const auto halves = [&](int in, int out) {
    net << conv({.in = in, .out = out, .kernel = 4, .stride = 2, .pad = 1});
  };
  const auto leaky_relu = activation(Activation::leaky_relu);
  halves(channels, 16), net << leaky_relu;
  for (const auto& [in, out] : {std::pair{16, 32}, {32, 64}, {64, 64}})
    halves(in, out), net << batch_norm(out) << leaky_relu;
  return g;
}
constexpr Graph random_body(int channels) {
  Graph g;
  Sequence net(g, 0);
  for (const auto& [in, out] : {std::pair{channels, 16}, {16, 32}, {32, 64}, {64, 64}})
    net << conv({.in = in, .out = out, .kernel = 4, .stride = 2, .pad = 1})
        << activation(Activation::leaky_relu);
  return g;
}
struct ClassifierHead : Sequential<Conv<64, 1, 1>> {};

template <class A, class B, class Device> class DomainClassifier {
  struct Either;  // pictures of A and of B in one batch
  struct Seen;    // what the body makes of them
  using Body = Network<Either, Seen, Described, Device>;
  using Head = Network<Seen, Verdict<Either>, ClassifierHead, Device>;

 public:
  explicit DomainClassifier(std::uint64_t seed = 0, Device device = {}, int channels = rgb_channels)
      : body_(Body(classifier_body(channels), seed, 0, device), Adam{.beta1 = 0.9}),
        head_(Head(seed, 1, device), Adam{.beta1 = 0.9}),
        random_(random_body(channels), 0, 2, device, initial::kaiming_normal()),
        x_{0, {}, device},
        step_({"A", "B"}, device) {}

  // One training step on as many pictures of each; the loss, 0.25 for one who cannot tell.
  float step(const Images<A>& a, const Images<B>& b, double rate) {
    if (a.n != b.n || a.shape != b.shape)
      throw Error("a classifier's step on " + std::to_string(a.n) + " and " + std::to_string(b.n) +
                  " pictures: expected as many of each domain, of one size");
    if (x_.n != 2 * a.n || x_.shape != a.shape) x_ = {2 * a.n, a.shape, device()};
    device().upload(a.data.size(), a.data.data(), x_.data.data());
    device().upload(b.data.size(), b.data.data(), x_.data.data() + a.data.size());
    const Losses losses =
        step_(rate, {&body_, &head_}, addresses_of(x_), [&](StepWork<Device>& now) { learn(now); });
    return losses["A"] + losses["B"];
  }

  template <class Domain> Features features(const Images<Domain>& pictures) const {
    return means(pictures, body_.net());
  }
  template <class Domain> Features random_features(const Images<Domain>& pictures) const {
    return means(pictures, random_);
  }
  // One score a picture: nearer to 0 for A, nearer to 1 for B.
  template <class Domain> std::vector<float> scores(const Images<Domain>& pictures) const {
    std::vector<float> result;
    look_at(pictures, body_.net(), [&](const auto& seen) { append_means(head_.net().infer(seen), result); });
    return result;
  }
  // The share of pictures that are taken for pictures of their own domain: 0 to 1.
  template <class Domain> double share(const Images<Domain>& pictures) const {
    static_assert(std::is_same_v<Domain, A> || std::is_same_v<Domain, B>,
                  "this classifier knows its two domains only");
    const auto all = scores(pictures);
    const auto taken = std::count_if(all.begin(), all.end(), [](float score) {
      return std::is_same_v<Domain, B> ? score > (of_a + of_b) / 2 : score < (of_a + of_b) / 2;
    });
    return static_cast<double>(taken) / static_cast<double>(std::max<std::size_t>(all.size(), 1));
  }

 private:
  static constexpr double of_a = 0, of_b = 1;  // the targets

  const Device& device() const { return step_.device(); }

  void learn(StepWork<Device>& now) {
    auto [seen, body_tape] = body_.forward(x_);  // (2 N, H / 16, W / 16, 64), in one batch for its norms
    auto [scores, head_tape] = head_.forward(seen);
    Gradient<Verdict<Either>, Device> gradient{scores.n, scores.shape, device()};
    auto values = device().uninitialized(2);
    const std::size_t half = scores.data.size() / 2;
    for (std::size_t k : {0, 1}) {
      device().mean(mean_formula<L2>, half, 0.5, scores.data.data() + k * half, nullptr, k ? of_b : of_a,
                    values.data() + k, gradient.data.data() + k * half);
      now.loss(k ? "B" : "A", values.data() + k);
    }
    const auto dseen = head_.backward(std::move(head_tape), gradient);
    body_.learn(std::move(body_tape), dseen);
    now.update(body_, head_);
  }

  template <class Domain> Features means(const Images<Domain>& pictures, const Body& network) const {
    Features result{ClassifierHead::channels, {}};
    look_at(pictures, network, [&](const auto& seen) { append_means(seen, result.values); });
    return result;
  }
  // f(seen) for a few pictures at a time.
  template <class Domain, class F>
  void look_at(const Images<Domain>& pictures, const Body& network, F f) const {
    constexpr int at_once = 16;
    const std::size_t floats = pictures.shape.floats();
    for (int first = 0; first < pictures.n; first += at_once) {
      Batch<Either, Device> x{std::min(at_once, pictures.n - first), pictures.shape, device()};
      device().upload(x.data.size(), pictures.data.data() + static_cast<std::size_t>(first) * floats,
                      x.data.data());
      f(network.infer(x));
    }
  }
  // For every sample the mean over its places.
  template <class Domain>
  static void append_means(const Batch<Domain, Device>& seen, std::vector<float>& to) {
    const std::vector<float> values = on_host(seen.backend, seen.data);
    const auto channels = static_cast<std::size_t>(seen.shape.c), floats = seen.shape.floats();
    for (auto sample = values.begin(); sample != values.end(); sample += static_cast<std::ptrdiff_t>(floats))
      for (std::size_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (std::size_t k = c; k < floats; k += channels) sum += sample[static_cast<std::ptrdiff_t>(k)];
        to.push_back(static_cast<float>(sum / static_cast<double>(floats / channels)));
      }
  }

  Trained<Body, Adam> body_;
  Trained<Head, Adam> head_;
  Body random_;
  Batch<Either, Device> x_;  // of A, then of B
  TrainingStep<Device> step_;
};

template <class A, class B> class AnyClassifier {
 public:
  template <class Device> explicit AnyClassifier(DomainClassifier<A, B, Device> classifier) {
    const auto shared = std::make_shared<const DomainClassifier<A, B, Device>>(std::move(classifier));
    const auto ask = [&]<class Domain>(About<Domain>& about) {
      about.features = [shared](const Images<Domain>& pictures) { return shared->features(pictures); };
      about.random_features = [shared](const Images<Domain>& pictures) {
        return shared->random_features(pictures);
      };
      about.share = [shared](const Images<Domain>& pictures) { return shared->share(pictures); };
    };
    ask(std::get<0>(about_));
    ask(std::get<1>(about_));
  }

  template <class Domain> Features features(const Images<Domain>& pictures) const {
    return std::get<About<Domain>>(about_).features(pictures);
  }
  template <class Domain> Features random_features(const Images<Domain>& pictures) const {
    return std::get<About<Domain>>(about_).random_features(pictures);
  }
  template <class Domain> double share(const Images<Domain>& pictures) const {
    return std::get<About<Domain>>(about_).share(pictures);
  }

 private:
  template <class Domain> struct About {
    std::function<Features(const Images<Domain>&)> features, random_features;
    std::function<double(const Images<Domain>&)> share;
  };
  std::tuple<About<A>, About<B>> about_;
};

}  // namespace guise
