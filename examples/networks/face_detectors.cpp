#include "face_detectors.hpp"

template guise::AnyFaceDetector guise::face_detector(const std::filesystem::path&, Detection, const Cpu&);
