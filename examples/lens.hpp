// What gender_swap and mirror share: the options of the lens, and the lens, which finds faces and takes one
// through generator, blending and overlays.
#pragma once
#include "networks/face_detectors.hpp"
#include "networks/translators.hpp"
#include "program.hpp"
#include <guise/face/drawn_overlays.hpp>
#include <guise/face/swap.hpp>
#include <guise/io/picture/image_file.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

struct LensOptions {
  std::string weights, detector, direction;
  std::vector<std::string> overlays;
  std::vector<int> colour{70, 46, 32};
  double strength = 1, score = 0.6;
  int size = 0, threads = 0;
  double margin = 0.5;

  std::array<float, 3> rgb() const {  // of the overlays
    return {float(colour[0]), float(colour[1]), float(colour[2])};
  }
  void add_to(CLI::App& app) {
    app.add_option("--weights", weights,
                   "a generator's file, or the folder of a training; without: only overlays");
    app.add_option("--detector", detector, "BlazeFace's weights (examples/faces/fetch.sh)")->required();
    app.add_option("--direction", direction, "which generator of a training's folder; without: AtoB")
        ->check(CLI::IsMember({"AtoB", "BtoA"}));
    app.add_option("--size", size,
                   "pixels that the generator sees across; without: what it was trained on, or 256")
        ->check(CLI::Range(least_size, most_size));
    app.add_option("--margin", margin, "of the face's box, added on every side")
        ->check(real_in(0, 4))
        ->capture_default_str();
    app.add_option("--score", score, "least confidence of a face")
        ->check(real_in(0, 1))
        ->capture_default_str();
    app.add_option("--overlay", overlays, "drawn over: of eyeliner, beard, hair and .png files")
        ->delimiter(',');
    app.add_option("--overlay_colour", colour, "red, green, blue of 0 to 255")
        ->delimiter(',')
        ->expected(3)
        ->check(CLI::Range(0, 255));
    app.add_option("--overlay_strength", strength, "0 to 1")->check(real_in(0, 1))->capture_default_str();
    app.add_option("--threads", threads, "0: one for every core")->check(CLI::Range(0, 1024));
  }

  static constexpr int least_size = 16, most_size = 1024;
};

class Lens {
 public:
  using Translate = guise::AnyTranslator<Source, Target>;

  explicit Lens(const LensOptions& options)
      : options_(options),
        device_(options.threads ? guise::Cpu(options.threads) : guise::Cpu()),
        find_(guise::face_detector(options.detector, {.score = options.score}, device_)),
        overlays_(named_overlays(options)) {
    swap_.margin = options.margin;
    std::optional<int> trained;
    if (const auto file = generator_file(options); !file.empty()) {
      const guise::Safetensors weights = read_generator(file);
      translate_ = guise::make_translator<Source, Target>(weights, file, device_);
      trained = guise::crop_size_in(weights);
    }
    if (options.size)
      swap_.side = options.size;
    else if (trained)
      swap_.side = std::clamp(*trained, options.least_size, options.most_size);
  }

  std::vector<guise::Face> faces(const guise::Picture& picture) const { return find_(picture); }
  std::optional<guise::Face> dominant(const guise::Picture& picture) const {
    return guise::dominant_face(find_(picture), picture.width, picture.height);
  }
  const Translate& generator() const { return translate_; }
  const guise::SwapOptions& swap_options() const { return swap_; }
  // Swaps it in place; gives what each step saw.
  auto swap(guise::Picture& picture, const guise::Face& face) const {
    return guise::swap_face<Source>(picture, face, translate_, swap_);
  }
  // The overlays over a face. Of several faces all are swapped before: else one's hair is in another's crop.
  void draw(guise::Picture& picture, const guise::Face& face) const {
    for (const guise::Overlay& overlay : overlays_) guise::draw(picture, face, overlay, options_.strength);
  }

 private:
  // Of a training's folder the generator of this direction; a file as it is.
  static std::filesystem::path generator_file(const LensOptions& options) {
    if (!std::filesystem::is_directory(options.weights)) {
      if (!options.direction.empty())
        throw guise::Error("--direction " + options.direction +
                           " chooses between the two generators of a training: expected its folder as "
                           "--weights, found " +
                           (options.weights.empty() ? "none" : options.weights));
      return options.weights;
    }
    const std::string name = options.direction == "BtoA" ? "latest_net_G_B" : "latest_net_G_A";
    for (const char* kind : {".safetensors", ".pth"})
      if (auto file = std::filesystem::path(options.weights) / (name + kind); std::filesystem::exists(file))
        return file;
    throw guise::Error(options.weights + ": expected the folder of a training, with " + name +
                       ".safetensors or " + name + ".pth");
  }
  static std::vector<guise::Overlay> named_overlays(const LensOptions& options) {
    std::vector<guise::Overlay> all;
    for (const std::string& name : options.overlays) {
      if (name.empty())
        throw guise::Error("--overlay without a name: expected eyeliner, beard, hair or a PNG file");
      std::string kind = std::filesystem::path(name).extension().string();
      std::ranges::transform(kind, kind.begin(), [](unsigned char c) { return char(std::tolower(c)); });
      if (kind != ".png") {
        all.push_back(guise::overlays::named(name, options.rgb()));
        continue;
      }
      auto picture = guise::read_transparent_picture(name);
      all.push_back(guise::picture_overlay(picture.width, picture.height, std::move(picture.rgba)));
    }
    return all;
  }

  LensOptions options_;
  guise::Cpu device_;
  guise::AnyFaceDetector find_;
  Translate translate_ = [](const auto& x) { return guise::as<Target>(x); };  // without weights
  guise::SwapOptions swap_;
  std::vector<guise::Overlay> overlays_;
};
