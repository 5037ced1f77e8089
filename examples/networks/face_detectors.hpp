// The face detector, only declared: it is compiled once, in this folder, for all programs.
#pragma once
#include <guise/backend/cpu/cpu.hpp>
#include <guise/face/blazeface.hpp>

#include <filesystem>

namespace guise {

extern template AnyFaceDetector face_detector(const std::filesystem::path&, Detection, const Cpu&);

}  // namespace guise
