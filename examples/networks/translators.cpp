#include "translators_on.hpp"
#include "with_device.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/train/log/progress.hpp>

guise::AnyTranslator<Source, Target> read_translator(const std::filesystem::path& weights,
                                                     const ChosenDevice& device) {
  return with_device(device, [&](const auto& on) { return translator_on(on, weights); });
}

namespace {

constexpr std::size_t of_program = std::size_t{48} << 20;  // its code, libraries and what they keep

guise::TilingOptions tiling(std::size_t memory, const std::filesystem::path& output, bool shows) {
  const char* const named = std::getenv("TMPDIR");
  auto folder = named && *named                         ? std::filesystem::path(named)
                : std::filesystem::is_directory(output) ? output
                                                        : output.parent_path();
  const auto text = std::make_shared<guise::RedrawnText>(stderr);
  const auto watch = std::make_shared<guise::Stopwatch>();
  const auto progress = [=](double done) {
    if (guise::Interrupt::came()) throw guise::Error("interrupted");
    if (!shows || !text->redraws()) return;
    if (done > 0.9999) return text->clear();
    if (watch->due(0.2))
      text->draw(std::to_string(static_cast<int>(100 * done)) + "%  " +
                 guise::hours(watch->seconds() * (1 - done) / done) + " left");
  };
  return {memory, of_program, folder.empty() ? "." : std::move(folder), progress};
}

}  // namespace

PictureTranslator picture_translator(const std::filesystem::path& weights, const ChosenDevice& device,
                                     std::size_t memory, const std::filesystem::path& output, bool shows) {
  using namespace guise;
  if (memory == 0)
    return [translate = read_translator(weights, device)](const Picture& picture) {
      return to_picture(translate(to_images<Source>(picture)));
    };
  return with_device(device, [&](const auto& on) -> PictureTranslator {
    if constexpr (Banded<std::decay_t<decltype(on)>>)
      return tiled_translator_on(on, weights, tiling(memory, output, shows));
    else
      throw Error("--memory: expected --device cpu, for this one computes no bands of rows");
  });
}
