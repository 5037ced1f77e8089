// Trained generators on the device that was chosen when a program began, which these functions hide.
#pragma once
#include "../device.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/io/weights/safetensors.hpp>

#include <filesystem>

struct Source;  // domains of a translation
struct Target;

guise::AnyTranslator<Source, Target> read_translator(const std::filesystem::path& weights,
                                                     const ChosenDevice& device);

// For who needs more of the file, and a device that does more.
guise::Safetensors read_generator(const std::filesystem::path& weights);
guise::AnyTranslator<Source, Target> make_translator(const guise::Safetensors& weights,
                                                     const std::filesystem::path& file,
                                                     const guise::Cpu& device);
