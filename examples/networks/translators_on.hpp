// The translators of a device, each compiled in a file of its own.
#pragma once
#include "translators.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/eigen/eigen_cpu.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/deploy/tiled_translator.hpp>

using Translated = guise::AnyTranslator<Source, Target>;
Translated translator_on(const guise::Cuda&, const guise::Safetensors&, const std::filesystem::path& file);
Translated translator_on(const guise::EigenCpu<>&, const guise::Safetensors&,
                         const std::filesystem::path& file);

PictureTranslator tiled_translator_on(const guise::Cpu&, const guise::Safetensors&,
                                      const std::filesystem::path& file, guise::TilingOptions options);
