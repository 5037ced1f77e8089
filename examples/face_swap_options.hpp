// The options that gender_swap, mirror and stages share, and the FaceSwapper that they describe.
#pragma once
#include "device.hpp"
#include "networks/cpu_of.hpp"
#include "networks/face_detectors.hpp"
#include "networks/translators.hpp"
#include "program.hpp"
#include "weights_option.hpp"
#include <guise/deploy/pretrained.hpp>
#include <guise/face/face_swapper.hpp>
#include <guise/face/named_overlay.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

struct FaceSwapOptions {
  std::string detector;
  WeightsOption weights;
  std::vector<std::string> overlays;
  std::vector<int> colour{70, 46, 32};
  double strength = 1, score = 0.6;
  int size = 0, threads = 0;
  double margin = 0.5;

  std::array<float, 3> rgb() const {  // of the overlays
    return {float(colour[0]), float(colour[1]), float(colour[2])};
  }
  void add_to(CommandLine& app) {
    weights.add_to(app, "a generator's file, or the folder of a training; without: only overlays");
    app.add_option("--detector", detector, "BlazeFace's weights (examples/faces/fetch.sh)").required();
    app.add_option("--size", size,
                   "pixels that the generator sees across; without: what it was trained on, or 256")
        .check(whole_in(least_size, most_size));
    app.add_option("--margin", margin, "of the face's box, added on every side")
        .check(real_in(0, 4))
        .show_default();
    app.add_option("--score", score, "least confidence of a face").check(real_in(0, 1)).show_default();
    app.add_option("--overlay", overlays, "drawn over: of eyeliner, beard, hair and .png files")
        .separated_by_commas();
    app.add_option("--overlay_colour", colour, "red, green, blue of 0 to 255")
        .separated_by_commas()
        .expected(3)
        .check(whole_in(0, 255));
    app.add_option("--overlay_strength", strength, "0 to 1").check(real_in(0, 1)).show_default();
    app.add_option("--threads", threads, "0: one for every core").check(whole_in(0, 1024));
  }

  static constexpr int least_size = 16, most_size = 1024;
};

// The swapper that the options describe. Without weights it changes no face and only draws overlays.
inline guise::FaceSwapper<Source, Target> face_swapper(const FaceSwapOptions& options) {
  const guise::Cpu device = cpu_of(options.threads);
  guise::FaceSwapper<Source, Target> swapper{
      .detect = guise::face_detector(options.detector, {.score = options.score}, device),
      .strength = options.strength};
  for (const std::string& name : options.overlays)
    swapper.overlays.push_back(guise::named_overlay(name, options.rgb()));
  swapper.options.margin = options.margin;
  std::optional<int> trained;
  if (const GeneratorFile file = options.weights.file(); !file.path.empty()) {
    const guise::Safetensors weights = read_generator(file);
    swapper.translate = translator_on(device, weights, file.path);
    trained = guise::crop_size_in(weights);
  }
  if (options.size)
    swapper.options.side = options.size;
  else if (trained)
    swapper.options.side = std::clamp(*trained, options.least_size, options.most_size);
  return swapper;
}
