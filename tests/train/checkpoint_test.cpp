// A training that is saved and resumed goes on as one that was never stopped; a file that is not whole
// changes nothing.
#include "compose/composed.hpp"
#include "fuzz/tiny_training.hpp"
#include "support/scratch_folder.hpp"
#include <guise/arch/patch_discriminator.hpp>
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/objective/cyclegan.hpp>
#include <guise/train/checkpoint.hpp>

#include <doctest/doctest.h>

using namespace guise;
using namespace guise::testing;

namespace {

struct A;
struct B;
template <class Gen = ResnetGenerator<1, 4>, class Disc = PatchDiscriminator<4>>
using Small = CycleGan<A, B, Paper<Gen, Disc>, Cpu>;
using WithSpectralNorm = Small<ResnetGenerator<1, 4>, composed::SpectralDiscriminator<4>>;

CycleGanOptions<> options(std::uint64_t seed) {
  return {.seed = seed, .rate = linear_decay(2e-4, 8, 4), .pool_size = 2};
}

template <class Domain> Images<Domain> noise(std::uint64_t stream) {
  Images<Domain> images{1, {3, 32, 32}};
  Random random(3, stream);
  for (float& value : images.data) value = static_cast<float>(2 * random.uniform() - 1);
  return images;
}
template <class Model> void steps(Model& model, long from, long to) {
  for (long k = from; k < to; ++k)
    model.step(noise<A>(std::uint64_t(2 * k)), noise<B>(std::uint64_t(2 * k + 1)));
}
template <class Model> std::string saved(Model& model, const std::filesystem::path& path) {
  save_checkpoint(path, model.state(), {{"note", "\"kept\""}});
  return bytes_of(path);
}

}  // namespace

TEST_CASE_TEMPLATE("a training that was saved and resumed is the training that never stopped", Model, Small<>,
                   WithSpectralNorm) {
  const ScratchFolder folder;
  const Cpu cpu(1);
  Model straight(options(5), cpu);
  steps(straight, 0, 7);
  const std::string expected = saved(straight, folder / "straight");
  for (long stop : {0l, 1l, 4l}) {  // before, while and after the pools fill
    Model first(options(5), cpu), second(options(6), cpu);
    steps(first, 0, stop);
    saved(first, folder / "stopped");
    steps(second, 0, 2);  // what it was before does not matter
    CHECK(load_checkpoint(folder / "stopped", second.state()).at("note") == "\"kept\"");
    CHECK(second.steps() == stop);
    steps(second, stop, 7);
    CHECK(saved(second, folder / "resumed") == expected);
  }
}

TEST_CASE_TEMPLATE("steps that are not finite leave nothing behind", Model, Small<>, WithSpectralNorm) {
  const ScratchFolder folder;
  const Cpu cpu(2);
  Model straight(options(5), cpu), other(options(5), cpu);
  for (long k = 0; k < 5; ++k) {  // before, while and after the pools fill
    auto a = noise<A>(std::uint64_t(9 + k));
    auto b = noise<B>(std::uint64_t(19 + k));
    (k % 2 ? a.data : b.data)[7] = k < 3 ? NAN : INFINITY;
    CHECK(holds(message<Error>([&] { other.step(a, b); }), "expected finite losses"));
    CHECK(saved(other, folder / "other") == saved(straight, folder / "straight"));
    steps(straight, k, k + 1);
    steps(other, k, k + 1);
  }
  CHECK(saved(other, folder / "other") == saved(straight, folder / "straight"));
}

TEST_CASE("a checkpoint that is damaged in any place is refused and changes nothing") {
  const ScratchFolder folder;
  const Cpu cpu(1);
  Small<> model(options(5), cpu), other(options(6), cpu);
  steps(model, 0, 3);
  const std::string whole = saved(model, folder / "whole"), before = saved(other, folder / "other");
  const auto refused = [&](const std::string& bytes, const std::string& part) {
    put(folder / "damaged", bytes);
    const std::string text = message<Error>([&] { load_checkpoint(folder / "damaged", other.state()); });
    CAPTURE(text);
    CHECK(text.find("damaged: ") != std::string::npos);
    CHECK(text.find(part) != std::string::npos);
    CHECK(saved(other, folder / "after") == before);
  };
  for (std::size_t k = 0; k < whole.size(); k += 4099) refused(whole.substr(0, k), "truncated");
  for (std::size_t k = 0; k < whole.size(); k += 7919) {
    std::string flipped = whole;
    flipped[k] = static_cast<char>(flipped[k] ^ 4);
    refused(flipped, "");
  }
  std::string steps_changed = whole;
  steps_changed.replace(whole.find("\"steps\":\"3\""), 11, "\"steps\":\"2\"");
  refused(steps_changed, "checksum");

  Small<ResnetGenerator<2, 4>> deeper(options(5), cpu);
  saved(deeper, folder / "deeper");
  put(folder / "damaged", bytes_of(folder / "deeper"));
  refused(bytes_of(folder / "damaged"), "expected a tensor G_A.model.11.weight");
  Small<> without_pool({.seed = 5, .pool_size = 1}, cpu);
  CHECK(message<Error>([&] {
          load_checkpoint(folder / "whole", without_pool.state());
        }).find("expected at most 1 pictures") != std::string::npos);
}

TEST_CASE("a checkpoint that was forged, checksum and all, changes nothing") {
  const ScratchFolder folder;
  const Cpu cpu(1);
  Small<> model(options(5), cpu), other(options(6), cpu);
  steps(model, 0, 3);
  const std::string before = saved(other, folder / "other");
  const auto refused = [&](auto change, const std::string& part) {
    Safetensors file = checkpoint::content(model.state(), {});
    change(file);
    file.metadata["checksum"] = checkpoint::checksum(file);
    CHECK(holds(message<Error>([&] { restore_checkpoint(file, "forged", other.state()); }), part));
    CHECK(saved(other, folder / "after") == before);
  };
  const auto picture = [](Safetensors& file) -> Tensor& {
    return std::ranges::find(file.tensors, "pool_B.1", [](auto& entry) { return entry.first; })->second;
  };
  refused([](Safetensors& file) { file.metadata["steps"] = "-1"; }, "number of steps from 0 on, found -1");
  refused([](Safetensors& file) { file.metadata["steps"] = std::to_string(forever); }, "steps from 0 on");
  refused([](Safetensors& file) { file.metadata["steps"] = "9223372036854775808"; }, "its steps is missing");
  refused([](Safetensors& file) { file.metadata["pool_A.random"] = "0 0 0 0"; }, "found four zeros");
  refused([&](Safetensors& file) { picture(file).data[7] = NAN; }, "pictures (H, W, C) of finite numbers");
  refused(
      [&](Safetensors& file) {
        picture(file) = {{0, std::size_t{1} << 40, 3}, {}};
      },
      "pictures (H, W, C)");
  refused(
      [&](Safetensors& file) {
        picture(file) = {{16, 64, 3}, std::vector<float>(16 * 64 * 3)};
      },
      "pictures of one size in pool_B");
  refused(
      [](Safetensors& file) {
        file.tensors.push_back({"more", {{1}, {1}}});
      },
      "tensors of this training");
}

TEST_CASE("the networks of a training are written one by one, as weights") {
  const ScratchFolder folder;
  const Cpu cpu(1);
  Small<> model(options(5), cpu);
  save_networks(folder.path(), "latest", model.state());
  model.visit([&](std::string_view name, const auto& net) {
    std::decay_t<decltype(net)> twin(6, 0, cpu);
    load_weights(folder / ("latest_net_" + std::string(name) + ".safetensors"), twin);
    CHECK(on_host(cpu, twin.parameters()) == on_host(cpu, net.parameters()));
    CHECK(read_metadata(folder / ("latest_net_" + std::string(name) + ".safetensors")).at(fingerprint_note) ==
          fingerprint(net.graph()));
  });
}

TEST_CASE("notes that a checkpoint gave back can be given to the next one") {
  const Cpu cpu(1);
  Small<> model(options(5), cpu);
  const Safetensors first = checkpoint::content(model.state(), {{"note", "kept"}});
  CHECK(checkpoint::content(model.state(), first.metadata).metadata == first.metadata);
}

TEST_CASE("the checkpoint before the last one serves where that is damaged") {
  const ScratchFolder folder;
  const Cpu cpu(1);
  Checkpoints checkpoints(folder.path());
  Small<> model(options(5), cpu), other(options(6), cpu);
  std::string problem;
  const auto report = [&](const char* what) { problem = what; };
  CHECK(!checkpoints.resume(other.state(), report));
  steps(model, 0, 1);
  checkpoints.save(model.state(), {{"at", "1"}});
  CHECK(!std::filesystem::exists(folder / "checkpoint_previous.safetensors"));
  steps(model, 1, 2);
  checkpoints.save(model.state(), {{"at", "2"}});
  CHECK(checkpoints.resume(other.state(), report)->at("at") == "2");
  CHECK(problem.empty());
  put(folder / "checkpoint.safetensors", bytes_of(folder / "checkpoint.safetensors").substr(0, 5000));
  CHECK(checkpoints.resume(other.state(), report)->at("at") == "1");
  CHECK(problem.find("checkpoint.safetensors: truncated") != std::string::npos);
  std::filesystem::remove(folder / "checkpoint.safetensors");  // as between two renames
  CHECK(checkpoints.resume(other.state(), report)->at("at") == "1");
  put(folder / "checkpoint_previous.safetensors", "");
  CHECK_THROWS_AS(checkpoints.resume(other.state(), report), Error);
}

TEST_CASE("a checkpoint of another training is refused, whatever the one before it is") {
  const ScratchFolder folder;
  Checkpoints checkpoints(folder.path());
  Small<> model(options(5), Cpu(1));
  checkpoints.save(model.state(), {});  // without pictures in its pools
  steps(model, 0, 2);
  checkpoints.save(model.state(), {});
  auto smaller = options(6);
  smaller.pool_size = 1;
  Small<> other(smaller, Cpu(1));
  std::string problem;
  const std::string text =
      message<Error>([&] { checkpoints.resume(other.state(), [&](const char* what) { problem = what; }); });
  CHECK(holds(text, "checkpoint.safetensors: expected at most 1 pictures"));
  CHECK(problem.empty());
  CHECK(other.steps() == 0);
}

TEST_CASE("a damaged checkpoint does not take the place of the good one before it") {
  const ScratchFolder folder;
  const Cpu cpu(1);
  Small<> model(options(5), cpu);
  const auto last = folder / "checkpoint.safetensors", previous = folder / "checkpoint_previous.safetensors";
  Checkpoints before(folder.path());
  for (int step = 0; step < 2; ++step) {
    steps(model, step, step + 1);
    before.save(model.state(), {});
  }
  const auto good = bytes_of(previous);
  put(last, bytes_of(last).substr(0, 5000));
  Checkpoints after(folder.path());
  REQUIRE(after.resume(model.state(), [](const char*) {}));
  after.save(model.state(), {});
  CHECK(bytes_of(previous) == good);
  const auto first = bytes_of(last);
  steps(model, 1, 2);
  after.save(model.state(), {});
  CHECK(bytes_of(previous) == first);
}

TEST_CASE("a checkpoint that an older version wrote is restored, and saved to the same bytes") {
  const ScratchFolder folder;
  const std::string path = GUISE_SOURCE_DIR "/tests/fuzz/corpus/checkpoint/three_steps";
  fuzz::Training training = fuzz::training(2);
  const Notes notes = load_checkpoint(path, training.state());
  CHECK(notes.at("epoch") == "1");
  CHECK(training.steps() == 3);
  save_checkpoint(folder / "again", training.state(), notes);
  CHECK(bytes_of(folder / "again") == bytes_of(path));
}

TEST_CASE("a state of any names and shapes is kept, all of it or nothing") {
  const ScratchFolder folder;
  using B = Reference<float>;
  struct Own {
    long rounds = 0;
    Random chance{3, 4};
    B backend{};
    B::Buffer scale = backend.zeros(6);
    State state() {
      State all;
      all.add("rounds", rounds);
      all.add("chance", chance);
      all.add("scale", {3, 2}, backend, scale);
      return all;
    }
  } own, other;
  own.rounds = 7;
  own.scale[5] = 2.5f;
  own.chance.next();
  save_checkpoint(folder / "own", own.state(), {{"note", "kept"}});
  CHECK(read_safetensors(folder / "own").find("scale")->shape == std::vector<std::size_t>{3, 2});
  CHECK(load_checkpoint(folder / "own", other.state()).at("note") == "kept");
  CHECK(other.rounds == 7);
  CHECK(other.scale[5] == 2.5f);
  CHECK(other.chance.next() == own.chance.next());

  Safetensors file = checkpoint::content(own.state(), {});
  file.tensors[0].second.data[0] = 1;  // good by itself, but what follows is not
  file.metadata["rounds"] = "9";
  file.metadata["chance"] = "0 0 0 0";
  file.metadata["checksum"] = checkpoint::checksum(file);
  CHECK(holds(message<Error>([&] { restore_checkpoint(file, "file", other.state()); }), "found four zeros"));
  CHECK(other.rounds == 7);
  CHECK(other.scale[0] == 0);
  CHECK(holds(message<Error>([&] {
                other.state().add("scale", {4, 2}, other.backend, other.scale);
              }),
              "a buffer of 6 numbers called scale"));
}
