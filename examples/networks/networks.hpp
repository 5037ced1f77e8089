// The networks that programs choose when they run. Here they are only declared: they are compiled once, in
// this folder, for all programs.
#pragma once
#include <guise/backend/cpu/cpu.hpp>
#include <guise/backend/cuda/cuda.hpp>
#include <guise/face/blazeface.hpp>
#include <guise/model/any_cyclegan.hpp>
#include <guise/model/pretrained.hpp>
#include <guise/model/score.hpp>

#include <filesystem>
#include <memory>

struct A;  // domains of a training
struct B;
struct Source;  // of a translation
struct Target;

namespace guise {

extern template std::unique_ptr<AnyCycleGan<A, B, Cpu>> any_cyclegan(GeneratorChoice, int,
                                                                     const CycleGanOptions&, const Cpu&);
extern template std::unique_ptr<AnyCycleGan<A, B, Cuda>> any_cyclegan(GeneratorChoice, int,
                                                                      const CycleGanOptions&, const Cuda&);
extern template AnyClassifier<A, B> train_classifier(const ImageFolder<A>&, const ImageFolder<B>&, const Cpu&,
                                                     ClassifierOptions);
extern template AnyClassifier<A, B> train_classifier(const ImageFolder<A>&, const ImageFolder<B>&,
                                                     const Cuda&, ClassifierOptions);
extern template AnyTranslator<Source, Target> make_translator(const Safetensors&,
                                                              const std::filesystem::path&, const Cpu&);
extern template AnyTranslator<Source, Target> make_translator(const Safetensors&,
                                                              const std::filesystem::path&, const Cuda&);
extern template AnyFaceDetector face_detector(const std::filesystem::path&, Detection, const Cpu&);

}  // namespace guise
