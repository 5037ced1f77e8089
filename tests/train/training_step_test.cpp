// A training step of an algorithm of this file's own: its losses, what it leaves behind when a loss is not finite
// or the work throws (nothing), and parts of one's own.
#include "support/reference.hpp"
#include "support/scratch_folder.hpp"
#include <guise/layer/activation.hpp>
#include <guise/layer/batch_norm.hpp>
#include <guise/layer/conv.hpp>
#include <guise/layer/sequential.hpp>
#include <guise/loss/reconstruction.hpp>
#include <guise/optim/adam.hpp>
#include <guise/optim/sgd.hpp>
#include <guise/train/checkpoint.hpp>
#include <guise/train/image_pool.hpp>
#include <guise/train/step_input.hpp>
#include <guise/train/trained.hpp>
#include <guise/train/training_step.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace guise;
using namespace guise::testing;

namespace {

using Device = Reference<float>;
struct X;
struct Y;
struct Z;
struct There : Sequential<Conv<3, 4, 3, Stride<1>, Pad<1>>, BatchNorm<4>, Relu> {};
struct Back : Sequential<Conv<4, 3, 1>, Tanh> {};
using ThereNet = Network<X, Y, There, Device>;
using BackNet = Network<Y, X, Back, Device>;

// Both networks give back what they were given, by two optimisers; the second remembers what it saw in a pool.
struct Autoencoder {
  enum Fails { nowhere, before_backward, after_backward };

  Trained<ThereNet, Adam, MovingAverage> there{ThereNet(1, 0), Adam{}, 0.5};
  Trained<BackNet, Sgd> back{BackNet(1, 1), Sgd{.momentum = 0.9}};
  ImagePool<X, Device> pool{2, Random(1, 2)};
  StepInput<X, Device> input;
  TrainingStep<Device> training{{"total", "restoration"}};

  Losses step(const Images<X>& pictures, Fails fails = nowhere) {
    const auto& x = input(pictures);
    pool.expect(x.n, x.shape, training.device());
    return training(0.1, {&there, &back, &pool}, addresses_of(x), [&](StepWork<Device>& now) {
      auto [code, there_tape] = there.forward(x);
      auto [y, back_tape] = back.forward(code);
      auto loss = reconstruction_loss<L1>(y, x);
      if (fails == before_backward) throw Error("before backward");
      auto dcode = back.backward(std::move(back_tape), loss.gradient);
      there.learn(std::move(there_tape), dcode);
      if (fails == after_backward) throw Error("after backward");
      now.loss("restoration", loss);
      now.loss("total", loss);
      now.loss("total", loss);
      now.exchange(pool, y);
      now.update(there, back);
    });
  }
  State state() {
    State all;
    training.add_to(all);
    there.add_to(all, "there");
    back.add_to(all, "back");
    pool.add_to(all, "pool", training.device());
    return all;
  }
};

Images<X> pictures(std::uint64_t seed) {
  Images<X> images{2, {3, 4, 5}};
  Random random(seed);
  for (float& value : images.data) value = static_cast<float>(random.uniform() - 0.5);
  return images;
}
std::vector<float> everything(Autoencoder& model) {  // that the next step depends on
  std::vector<float> all;
  const Safetensors content = checkpoint::content(model.state(), {});
  for (const auto& [name, tensor] : content.tensors)
    all.insert(all.end(), tensor.data.begin(), tensor.data.end());
  all.push_back(static_cast<float>(std::stol(content.metadata.at("steps"))));
  return all;
}

}  // namespace

TEST_CASE("losses come under their names and in their order; those of one name are added") {
  Autoencoder model;
  const Losses losses = model.step(pictures(1));
  CHECK(losses.names() == std::vector<std::string>{"total", "restoration"});
  CHECK(losses["total"] == 2 * losses["restoration"]);
  CHECK(losses["restoration"] > 0);
  float last = 0;
  for (int k = 0; k < 100; ++k) last = model.step(pictures(1))["restoration"];
  CHECK(last < 0.5f * losses["restoration"]);
  CHECK(model.training.steps() == 101);
}

TEST_CASE("losses have as many values as names, and say which there are") {
  const Losses losses({"one", "other"}, {1, 2});
  CHECK(losses["other"] == 2);
  CHECK(losses.text() == "one 1.000000, other 2.000000");
  CHECK(message<Error>([&] { losses["third"]; }) == "no loss is called third: expected one of one, other");
  CHECK(message<Error>([&] {
          Losses({"one"}, {1, 2});
        }) == "2 losses with 1 names: expected as many of each");
  CHECK(!Losses({"one"}, {NAN}).finite());
}

TEST_CASE("the state names what each optimiser remembers, the average and the pool") {
  Autoencoder model;
  model.step(pictures(1));
  const Safetensors content = checkpoint::content(model.state(), {});
  for (const char* name :
       {"there.model.0.weight", "there.model.1.running_mean", "there.adam_mean.model.0.weight",
        "there.adam_square.model.1.bias", "there_ema.model.0.weight", "back.model.0.weight",
        "back.sgd_momentum.model.0.bias", "pool.0", "pool.1"}) {
    CAPTURE(name);
    CHECK(content.find(name));
  }
  CHECK(!content.find("back_ema.model.0.weight"));
  CHECK(content.metadata.contains("pool.random"));
}

TEST_CASE("a step whose losses are not finite, or whose work throws, has never been") {
  for (const int broken : {0, 1, 2}) {
    CAPTURE(broken);
    Autoencoder straight, other;
    for (std::uint64_t k = 0; k < 5; ++k) {
      const auto before = everything(other);
      if (broken == 0) {
        auto bad = pictures(100 + k);
        bad.data[7] = k % 2 ? NAN : INFINITY;
        CHECK(holds(message<Error>([&] { other.step(bad); }),
                    "training step " + std::to_string(k + 1) + ": expected finite losses, got total "));
      } else {
        const auto fails = broken == 1 ? Autoencoder::before_backward : Autoencoder::after_backward;
        CHECK(message<Error>([&] { other.step(pictures(100 + k), fails); }) ==
              (broken == 1 ? "before backward" : "after backward"));
      }
      CHECK(everything(other) == before);
      CHECK(straight.step(pictures(k)).values() == other.step(pictures(k)).values());
    }
    CHECK(everything(straight) == everything(other));
  }
}

TEST_CASE("a moving average begins with the parameters and follows them") {
  Autoencoder model;
  const auto average = [&] { return on_host(model.training.device(), model.there.averaged()); };
  const auto now = [&] { return on_host(model.training.device(), model.there.net().parameters()); };
  const auto first = now();
  CHECK(average() == first);
  model.step(pictures(1));
  const auto second = now(), followed = average();
  CHECK(second != first);
  for (std::size_t k = 0; k < first.size(); ++k)
    CHECK(followed[k] == doctest::Approx(0.5 * first[k] + 0.5 * second[k]));
  static_assert(sizeof(Trained<ThereNet, Adam>) + sizeof(Device::Buffer) <=
                sizeof(Trained<ThereNet, Adam, MovingAverage>));
}

TEST_CASE("a part of one's own decides on the host, and hears how the step went") {
  struct Weight : StepPart<Device> {  // of the loss: a half of what it was
    double value = 1;
    std::string heard;
    void decide(const StepStart& start, std::vector<float>& decisions) override {
      heard += "decide " + std::to_string(start.step) + (start.after_broken ? " again, " : ", ");
      decisions.push_back(static_cast<float>(value / 2));
    }
    void accept() override {
      heard += "accept, ";
      value /= 2;
    }
    void roll_back() override { heard += "roll back, "; }
    void add_to(BufferAddresses&) const override {}
  } weight;
  Trained<BackNet, Sgd> net{BackNet(1)};
  TrainingStep<Device> training({"weight"});
  const auto step = [&](float times) {
    return training(0.1, {&net, &weight}, {}, [&](StepWork<Device>& now) {
      if (times < 0) throw Error("below zero");
      float value = 0;
      training.device().axpby(1, times, now.decided(weight), 0, &value);
      now.loss("weight", &value);
    });
  };
  CHECK(step(1)["weight"] == 0.5f);
  CHECK_THROWS_AS(step(NAN), Error);
  CHECK_THROWS_WITH_AS(step(-1), "below zero", Error);
  CHECK(step(4)["weight"] == 1);
  CHECK(weight.heard ==
        "decide 1, accept, decide 2, roll back, decide 2, roll back, decide 2 again, accept, ");
}

TEST_CASE("a loss that the work does not give is missed") {
  TrainingStep<Device> training({"one", "other"});
  CHECK(message<Error>([&] {
          training(0.1, {}, {}, [](StepWork<Device>& now) {
            const float value = 1;
            now.loss("one", &value);
          });
        }) == "training step 1: expected a loss called other");
}
