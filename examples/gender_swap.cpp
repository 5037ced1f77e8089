// gender_swap: from a photograph to a photograph, with the dominant face (or all) through a trained
// generator: found, framed, translated, blended back, drawn over. Exit code 2 where there is no face.
#include "program.hpp"
#include <guise/backend/cpu/cpu.hpp>
#include <guise/data/image_folder.hpp>
#include <guise/face/blazeface.hpp>
#include <guise/face/marks.hpp>
#include <guise/face/overlay.hpp>
#include <guise/face/smooth.hpp>
#include <guise/face/swap.hpp>
#include <guise/io/exif.hpp>
#include <guise/model/pretrained.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct Before;
struct After;
using Translate = std::function<Images<After>(const Images<Before>&)>;

struct Options {
  std::string weights, detector, input, output, direction = "AtoB", stages;
  std::vector<std::string> overlays;
  std::vector<int> colour{38, 26, 20};
  double strength = 1, score = 0.6, rate = 30;
  bool all_faces = false, frames = false;
  int threads = 0;
  SwapOptions swap;
};

// Of a training's folder the generator of this direction; a file as it is.
fs::path generator_file(const Options& options) {
  if (!fs::is_directory(options.weights)) return options.weights;
  return fs::path(options.weights) /
         (options.direction == "AtoB" ? "latest_net_G_A.safetensors" : "latest_net_G_B.safetensors");
}

// The network's type stays in here. Without a file faces stay as they are.
Translate translator(const fs::path& file, const Cpu& device) {
  if (file.empty()) return [](const Images<Before>& x) { return as<After>(x); };
  return with_network<Before, After>(file, device, [](auto&& net) -> Translate {
    const auto shared = std::make_shared<
        const Translator<Before, After, typename std::decay_t<decltype(net)>::Architecture, Cpu>>(
        std::move(net));
    return [shared](const Images<Before>& x) { return (*shared)(x); };
  });
}

std::vector<Overlay> overlays_of(const Options& options) {
  std::array<float, 3> colour{};
  for (std::size_t c = 0; c < 3; ++c) colour[c] = static_cast<float>(options.colour[c]);
  std::vector<Overlay> all;
  for (const std::string& name : options.overlays) {
    if (fs::path(name).extension() != ".png") {
      all.push_back(overlays::named(name, colour));
      continue;
    }
    auto picture = read_transparent_picture(name);
    all.push_back(picture_overlay(picture.width, picture.height, std::move(picture.rgba)));
  }
  return all;
}

class Lens {
 public:
  explicit Lens(const Options& options)
      : options_(options),
        device_(options.threads ? Cpu(options.threads) : Cpu()),
        find_(face_detector(options.detector, {.score = options.score}, device_)),
        translate_(translator(generator_file(options), device_)),
        overlays_(overlays_of(options)) {}

  std::vector<Face> faces(const Picture& picture) const {
    std::vector<Face> found = find_(picture);
    const int one = dominant_face(found, picture.width, picture.height);
    if (one >= 0 && !options_.all_faces) found = {found[static_cast<std::size_t>(one)]};
    return found;
  }
  // Swaps them in place; writes what each step saw as FOLDER/name_....png.
  void operator()(Picture& picture, const std::vector<Face>& faces, const std::string& name) const {
    const fs::path folder = options_.stages;
    const auto show = [&](const char* step, const Picture& what) {
      if (!folder.empty()) write_picture(folder / (name + "_" + step + ".png"), what);
    };
    if (!folder.empty()) {
      fs::create_directories(folder);
      Picture marked = picture;
      const double width = std::max(1., std::max(picture.width, picture.height) / 300.);
      for (const Face& face : faces) {
        mark_frame(marked, frame_of(face, options_.swap.margin), width, {255, 196, 0});
        mark_face(marked, face, width, {0, 220, 255});
      }
      show("1_faces", marked);
    }
    for (std::size_t k = 0; k < faces.size(); ++k) {
      const std::string number = faces.size() > 1 ? "_" + std::to_string(k) : "";
      const auto swap = swap_face<Before>(picture, faces[k], translate_, options_.swap);
      show(("2_crop" + number).c_str(), to_picture(swap.seen));
      show(("3_translation" + number).c_str(), to_picture(swap.made));
      for (const Overlay& overlay : overlays_)
        draw(picture, affine_placement(faces[k]), overlay, options_.strength);
    }
    show("4_mask", mask_picture(options_.swap.side, options_.swap.blend));
    show("5_result", picture);
  }

 private:
  const Options& options_;
  Cpu device_;
  AnyFaceDetector find_;
  Translate translate_;
  std::vector<Overlay> overlays_;
};

int swap_one(const Options& options, const Lens& lens) {
  Picture picture = read_upright_picture(options.input);
  const auto faces = lens.faces(picture);
  if (faces.empty()) {
    std::cerr << "gender_swap: " << options.input << ": no face found, nothing written\n";
    return 2;
  }
  lens(picture, faces, fs::path(options.input).stem().string());
  write_picture(options.output, picture);
  return 0;
}

// Pictures that stand alone, or the frames of a video in the order of their names: there the face is smoothed
// over time, and a frame without one is written as it is.
int swap_folder(const Options& options, const Lens& lens) {
  fs::create_directories(options.output);
  FaceSmoother smooth;
  int swapped = 0, without = 0, failed = 0;
  for (const fs::path& file : picture_files(options.input)) {  // one bad picture does not stop the others
    try {
      Picture picture = read_upright_picture(file);
      std::vector<Face> faces = lens.faces(picture);
      if (options.frames) {
        const auto steady = smooth(faces.empty() ? std::nullopt : std::optional(faces[0]), 1 / options.rate);
        faces.clear();
        if (steady) faces = {*steady};
      }
      if (faces.empty()) ++without;
      if (faces.empty() && !options.frames) {
        std::cerr << "gender_swap: " << file.string() << ": no face found, nothing written\n";
        continue;
      }
      if (!faces.empty()) {
        lens(picture, faces, file.stem().string());
        ++swapped;
      }
      write_picture(fs::path(options.output) / file.filename(), picture);
    } catch (const Error& error) {
      std::cerr << "gender_swap: " << error.what() << '\n';
      ++failed;
    }
  }
  std::cout << swapped + without + failed << " pictures: " << swapped << " swapped, " << without
            << " without a face, " << failed << " failed\n";
  return failed ? 1 : without && !options.frames ? 2 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Swap the faces of photographs with a trained generator", "gender_swap");
  Options options;
  app.add_option("--weights", options.weights,
                 "a generator's file, or the folder of a training; without: only overlays");
  app.add_option("--detector", options.detector, "BlazeFace's weights (examples/faces/fetch.sh)")->required();
  app.add_option("--input", options.input, "a picture, or a folder of pictures")->required();
  app.add_option("--output", options.output, "a picture to write (.png, .jpg), or a folder")->required();
  app.add_option("--direction", options.direction, "which generator of a training's folder")
      ->check(CLI::IsMember({"AtoB", "BtoA"}))
      ->capture_default_str();
  app.add_option("--size", options.swap.side, "pixels that the generator sees across")
      ->check(CLI::Range(16, 1024))
      ->capture_default_str();
  app.add_option("--margin", options.swap.margin, "of the face's box, added on every side")
      ->check(CLI::Range(0., 4.))
      ->capture_default_str();
  app.add_option("--score", options.score, "least confidence of a face")
      ->check(CLI::Range(0., 1.))
      ->capture_default_str();
  app.add_flag("--all_faces", options.all_faces, "not only the dominant one");
  app.add_option("--overlay", options.overlays, "drawn over: of eyeliner, beard, hair and .png files")
      ->delimiter(',');
  app.add_option("--overlay_colour", options.colour, "red, green, blue of 0 to 255")
      ->delimiter(',')
      ->expected(3)
      ->check(CLI::Range(0, 255));
  app.add_option("--overlay_strength", options.strength, "0 to 1")
      ->check(CLI::Range(0., 1.))
      ->capture_default_str();
  app.add_flag("--frames", options.frames, "the folder holds frames of a video: follow one face, smoothed");
  app.add_option("--rate", options.rate, "frames a second")
      ->check(CLI::Range(1., 1000.))
      ->capture_default_str();
  app.add_option("--stages", options.stages, "a folder for what each step saw");
  app.add_option("--threads", options.threads, "0: one for every core")->check(CLI::Range(0, 1024));

  return run_program(app, argc, argv, [&] {
    if (options.frames && options.all_faces)
      throw Error("--frames follows one face: expected no --all_faces beside it");
    const Lens lens(options);
    return fs::is_directory(options.input) ? swap_folder(options, lens) : swap_one(options, lens);
  });
}
