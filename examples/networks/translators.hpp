// Trained generators on the device that was chosen when a program began, which these functions hide.
#pragma once
#include "../device.hpp"
#include "../weights_option.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/core/function_ref.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <filesystem>
#include <functional>
#include <string>

struct Source;  // domains of a translation
struct Target;

guise::AnyTranslator<Source, Target> read_translator(const GeneratorFile& weights,
                                                     const ChosenDevice& device);

// Takes the rows of a picture of a shape, each (C, 1, W), from the top, and then gives those of its translation; `bytes` is
// what the caller takes for the picture before and after.
struct PictureTranslator {
  using Read = guise::FunctionRef<guise::Images<Source>()>;
  using Write = guise::FunctionRef<void(const guise::Images<Target>& row)>;

  int channels = 0, channels_made = 0;  // of pictures and of translations; 0: any, and it depends
  std::string what;                     // the weights' file and which network it has
  std::function<void(guise::Shape, std::size_t bytes, Read, Write)> by_rows;
};
// Within so many bytes of `memory` for all of the program, with a scratch file in TMPDIR or beside the output, if they are
// not 0. `alone`: it is for one picture, which is shown on the terminal in bands, and not written after Ctrl-C; of more,
// the one in hand is finished unless it is done in bands. Throws Interrupted where it gives no translation.
PictureTranslator picture_translator(const GeneratorFile& weights, const ChosenDevice& device,
                                     std::size_t memory, const std::filesystem::path& output, bool alone);

// The same of a picture that the generator sees with a shorter side of so many pixels, whose change is carried to it.
PictureTranslator detail_translator(const GeneratorFile& weights, const ChosenDevice& device, int side,
                                    bool alone);

// For who needs more of the file, and a device that does more.
guise::Safetensors read_generator(const GeneratorFile& weights);
guise::AnyTranslator<Source, Target> translator_on(const guise::Cpu& device,
                                                   const guise::Safetensors& weights,
                                                   const std::filesystem::path& file);
