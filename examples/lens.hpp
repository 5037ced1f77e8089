// What gender_swap and mirror share: the options of the lens, and the lens, which finds faces and takes one
// through generator, blending and overlays.
#pragma once
#include "networks/networks.hpp"
#include <guise/face/overlay.hpp>
#include <guise/face/swap.hpp>
#include <guise/io/image_file.hpp>

#include <CLI/CLI.hpp>

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

struct LensOptions {
  std::string weights, detector, direction = "AtoB";
  std::vector<std::string> overlays;
  std::vector<int> colour{38, 26, 20};
  double strength = 1, score = 0.6;
  int threads = 0;
  guise::SwapOptions swap;

  std::array<float, 3> rgb() const {  // of the overlays
    return {float(colour[0]), float(colour[1]), float(colour[2])};
  }
  void add_to(CLI::App& app) {
    app.add_option("--weights", weights,
                   "a generator's file, or the folder of a training; without: only overlays");
    app.add_option("--detector", detector, "BlazeFace's weights (examples/faces/fetch.sh)")->required();
    app.add_option("--direction", direction, "which generator of a training's folder")
        ->check(CLI::IsMember({"AtoB", "BtoA"}))
        ->capture_default_str();
    app.add_option("--size", swap.side, "pixels that the generator sees across")
        ->check(CLI::Range(16, 1024))
        ->capture_default_str();
    app.add_option("--margin", swap.margin, "of the face's box, added on every side")
        ->check(CLI::Range(0., 4.))
        ->capture_default_str();
    app.add_option("--score", score, "least confidence of a face")
        ->check(CLI::Range(0., 1.))
        ->capture_default_str();
    app.add_option("--overlay", overlays, "drawn over: of eyeliner, beard, hair and .png files")
        ->delimiter(',');
    app.add_option("--overlay_colour", colour, "red, green, blue of 0 to 255")
        ->delimiter(',')
        ->expected(3)
        ->check(CLI::Range(0, 255));
    app.add_option("--overlay_strength", strength, "0 to 1")
        ->check(CLI::Range(0., 1.))
        ->capture_default_str();
    app.add_option("--threads", threads, "0: one for every core")->check(CLI::Range(0, 1024));
  }
};

class Lens {
 public:
  using Translate = guise::AnyTranslator<Source, Target>;

  explicit Lens(const LensOptions& options)
      : options_(options),
        device_(options.threads ? guise::Cpu(options.threads) : guise::Cpu()),
        find_(guise::face_detector(options.detector, {.score = options.score}, device_)),
        translate_(translator(generator_file(options), device_)),
        overlays_(named_overlays(options)) {}

  std::vector<guise::Face> faces(const guise::Picture& picture) const { return find_(picture); }
  std::optional<guise::Face> dominant(const guise::Picture& picture) const {
    const std::vector<guise::Face> found = find_(picture);
    const int one = guise::dominant_face(found, picture.width, picture.height);
    return one < 0 ? std::nullopt : std::optional(found[static_cast<std::size_t>(one)]);
  }
  const Translate& generator() const { return translate_; }
  // Swaps it in place; gives what each step saw.
  auto operator()(guise::Picture& picture, const guise::Face& face) const {
    auto swap = guise::swap_face<Source>(picture, face, translate_, options_.swap);
    for (const guise::Overlay& overlay : overlays_)
      draw(picture, guise::affine_placement(face), overlay, options_.strength);
    return swap;
  }

 private:
  // Of a training's folder the generator of this direction; a file as it is.
  static std::filesystem::path generator_file(const LensOptions& options) {
    if (!std::filesystem::is_directory(options.weights)) return options.weights;
    return std::filesystem::path(options.weights) /
           (options.direction == "AtoB" ? "latest_net_G_A.safetensors" : "latest_net_G_B.safetensors");
  }
  // Without a file faces stay as they are.
  static Translate translator(const std::filesystem::path& file, const guise::Cpu& device) {
    if (file.empty()) return [](const auto& x) { return guise::as<Target>(x); };
    return guise::read_translator<Source, Target>(file, device);
  }
  static std::vector<guise::Overlay> named_overlays(const LensOptions& options) {
    std::vector<guise::Overlay> all;
    for (const std::string& name : options.overlays) {
      if (std::filesystem::path(name).extension() != ".png") {
        all.push_back(guise::overlays::named(name, options.rgb()));
        continue;
      }
      auto picture = guise::read_transparent_picture(name);
      all.push_back(guise::picture_overlay(picture.width, picture.height, std::move(picture.rgba)));
    }
    return all;
  }

  const LensOptions& options_;
  guise::Cpu device_;
  guise::AnyFaceDetector find_;
  Translate translate_;
  std::vector<guise::Overlay> overlays_;
};
