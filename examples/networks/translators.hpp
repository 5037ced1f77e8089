// Trained generators on the device that was chosen when a program began, which these functions hide.
#pragma once
#include "../device.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/io/picture/picture.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <filesystem>
#include <functional>

struct Source;  // domains of a translation
struct Target;

guise::AnyTranslator<Source, Target> read_translator(const std::filesystem::path& weights,
                                                     const ChosenDevice& device);

// Of 8-bit pictures, as the file has them. Within so many bytes of `memory` for all of the program, with a scratch file
// in TMPDIR or beside the output, if they are not 0; `shows`: how far it is, on the terminal.
using PictureTranslator = std::function<guise::Picture(guise::Picture)>;
PictureTranslator picture_translator(const std::filesystem::path& weights, const ChosenDevice& device,
                                     std::size_t memory, const std::filesystem::path& output, bool shows);

// For who needs more of the file, and a device that does more.
guise::Safetensors read_generator(const std::filesystem::path& weights);
guise::AnyTranslator<Source, Target> make_translator(const guise::Safetensors& weights,
                                                     const std::filesystem::path& file,
                                                     const guise::Cpu& device);
