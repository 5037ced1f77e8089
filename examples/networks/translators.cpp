#include "../interrupted.hpp"
#include "translators_on.hpp"
#include "with_device.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/deploy/detail_translator.hpp>
#include <guise/train/log/progress.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

guise::Safetensors read_generator(const GeneratorFile& weights) {
  guise::Safetensors tensors =
      guise::one_generator(guise::read_weights(weights.path), weights.path, weights.prefix);
  const std::string what = to_text(guise::generator_in(tensors, weights.path));
  std::cout << guise::printable(weights.path.string()) << ": " << what << '\n';
  return tensors;
}

Translated read_translator(const GeneratorFile& weights, const ChosenDevice& device) {
  const guise::Safetensors tensors = read_generator(weights);
  return with_device(device, [&](const auto& on) { return translator_on(on, tensors, weights.path); });
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

PictureTranslator of_whole_pictures(const guise::AnyTranslator<Source, Target>& translate, bool alone) {
  using namespace guise;
  return {translate.channels(), translate.channels_made(),
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
  if (memory == 0) return of_whole_pictures(read_translator(weights, device), alone);
  const Safetensors tensors = read_generator(weights);
  return with_device(device, [&](const auto& on) -> PictureTranslator {
    if constexpr (Banded<std::decay_t<decltype(on)>>)
      return tiled_translator_on(on, tensors, weights.path, tiling(memory, output, alone));
    else
      throw Error("--memory: expected --device cpu, for this one computes no bands of rows");
  });
}

PictureTranslator detail_translator(const GeneratorFile& weights, const ChosenDevice& device, int side,
                                    bool alone) {
  const guise::DetailTranslator<Source, Target> translate(read_translator(weights, device), {.side = side});
  return of_whole_pictures({translate, 3, 3}, alone);
}
