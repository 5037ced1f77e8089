// The translators of a device, each compiled in a file of its own.
#pragma once
#include "translators.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/eigen/eigen_cpu.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/deploy/tiled_translator.hpp>

guise::AnyTranslator<Source, Target> translator_on(const guise::Cpu&, const GeneratorFile& weights);
guise::AnyTranslator<Source, Target> translator_on(const guise::Cuda&, const GeneratorFile& weights);
guise::AnyTranslator<Source, Target> translator_on(const guise::EigenCpu<>&, const GeneratorFile& weights);

PictureTranslator tiled_translator_on(const guise::Cpu&, const GeneratorFile& weights,
                                      guise::TilingOptions options);
