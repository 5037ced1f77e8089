// The generators that programs choose when they run, only declared: they are compiled once, in this folder, for
// all programs.
#pragma once
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/backend/eigen/eigen_cpu.hpp>
#include <guise/deploy/pretrained.hpp>

#include <filesystem>

struct Source;  // domains of a translation
struct Target;

namespace guise {

extern template AnyTranslator<Source, Target> make_translator(const Safetensors&,
                                                              const std::filesystem::path&, const Cpu&);
extern template AnyTranslator<Source, Target> read_translator(const std::filesystem::path&, const Cpu&);
extern template AnyTranslator<Source, Target> read_translator(const std::filesystem::path&, const Cuda&);
extern template AnyTranslator<Source, Target> read_translator(const std::filesystem::path&,
                                                              const EigenCpu<>&);

}  // namespace guise

guise::Safetensors read_generator(const std::filesystem::path& weights);  // for who needs more of the file
