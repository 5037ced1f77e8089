#include "../interrupted.hpp"
#include "translators_on.hpp"
#include "with_device.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/deploy/detail_translator.hpp>
#include <guise/train/log/progress.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

guise::Safetensors read_generator(const GeneratorFile& weights) {
  return guise::one_generator(guise::read_weights(weights.path), weights.path, weights.prefix, weights.ask);
}

static Translated translator_of(const guise::Safetensors& tensors, const std::filesystem::path& file,
                                const ChosenDevice& device) {
  return with_device(device, [&](const auto& on) { return translator_on(on, tensors, file); });
}

Translated read_translator(const GeneratorFile& weights, const ChosenDevice& device) {
  return translator_of(read_generator(weights), weights.path, device);
}

namespace {

constexpr std::size_t of_program = std::size_t{48} << 20;  // its code, libraries and what they keep

std::filesystem::path scratch_folder(std::filesystem::path output) {
  if (const char* const named = std::getenv("TMPDIR"); named && *named) return named;
  while (output.has_relative_path() && !std::filesystem::is_directory(output)) output = output.parent_path();
  return output.empty() ? "." : output;
}

guise::TilingOptions tiling(std::size_t memory, const std::filesystem::path& output, bool shows) {
  const auto text = std::make_shared<guise::RedrawnText>(stderr);
  const auto watch = std::make_shared<guise::Stopwatch>();
  const auto progress = [=](double done) {
    if (guise::Interrupt::came()) throw Interrupted();
    if (!shows || !text->redraws()) return;
    if (done > 0.9999) return text->clear();
    if (watch->due(0.2))
      text->draw(std::to_string(static_cast<int>(100 * done)) + "%  " +
                 guise::hours(watch->seconds() * (1 - done) / done) + " left");
  };
  return {memory, of_program, scratch_folder(output), progress};
}

// "G.pth: ResNet, 6 blocks, 64 wide, 3 channels, instance norm".
std::string what_it_is(const guise::Safetensors& tensors, const std::filesystem::path& file) {
  return guise::printable(file.string()) + ": " + to_text(guise::generator_in(tensors, file));
}

PictureTranslator of_whole_pictures(const guise::AnyTranslator<Source, Target>& translate, std::string what,
                                    bool alone) {
  using namespace guise;
  return {translate.channels(), translate.channels_made(), std::move(what),
          [=](Shape shape, std::size_t, PictureTranslator::Read read, PictureTranslator::Write write) {
            Images<Source> given{1, shape};
            for (int y = 0; y < shape.h; ++y) {
              const Images<Source> row = read();
              std::ranges::copy(row.data, given.data.data() + static_cast<std::size_t>(y) * row.data.size());
            }
            const Images<Target> made = translate(std::exchange(given, {}));
            if (alone && Interrupt::came()) throw Interrupted();
            Images<Target> row{1, {made.shape.c, 1, made.shape.w}};
            for (int y = 0; y < shape.h; ++y) {
              std::copy_n(made.data.data() + static_cast<std::size_t>(y) * row.data.size(), row.data.size(),
                          row.data.data());
              write(row);
            }
          }};
}

}  // namespace

PictureTranslator picture_translator(const GeneratorFile& weights, const ChosenDevice& device,
                                     std::size_t memory, const std::filesystem::path& output, bool alone) {
  using namespace guise;
  const Safetensors tensors = read_generator(weights);
  std::string what = what_it_is(tensors, weights.path);
  if (memory == 0)
    return of_whole_pictures(translator_of(tensors, weights.path, device), std::move(what), alone);
  return with_device(device, [&](const auto& on) -> PictureTranslator {
    if constexpr (Banded<std::decay_t<decltype(on)>>) {
      PictureTranslator made = tiled_translator_on(on, tensors, weights.path, tiling(memory, output, alone));
      made.what = std::move(what);
      return made;
    } else
      throw Error("--memory: expected --device cpu, for this one computes no bands of rows");
  });
}

PictureTranslator detail_translator(const GeneratorFile& weights, const ChosenDevice& device, int side,
                                    bool alone) {
  const guise::Safetensors tensors = read_generator(weights);
  const guise::DetailTranslator<Source, Target> translate(translator_of(tensors, weights.path, device),
                                                          {.side = side});
  return of_whole_pictures({translate, 3, 3}, what_it_is(tensors, weights.path), alone);
}
