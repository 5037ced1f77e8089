// gender_swap: from a photograph to a photograph, with the dominant face (or all) through a trained
// generator: found, framed, translated, blended back, drawn over. Exit code 2 where there is no face.
// Ctrl-C in a folder ends after the picture in hand.
#include "lens.hpp"
#include "natural_order.hpp"
#include "program.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/data/image_folder.hpp>
#include <guise/face/marks.hpp>
#include <guise/face/smooth.hpp>
#include <guise/io/picture/exif.hpp>

#include <chrono>
#include <iomanip>
#include <span>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct Options {
  LensOptions lens;
  std::string input, output, stages;
  double rate = 30;
  bool all_faces = false, frames = false;
};

struct Faces {
  std::vector<Face> found, chosen;
};

// A picture to look at: what is larger is shown smaller, so that a large photograph is in memory once.
constexpr int longest_shown = 1280;  // pixels
Picture shown(const Picture& picture) {
  const double scale = double(longest_shown) / std::max(picture.width, picture.height);
  if (scale >= 1) return picture;
  const auto side = [&](int n) { return std::max(1, static_cast<int>(std::lround(n * scale))); };
  return resized(picture, side(picture.width), side(picture.height));
}
Face scaled(Face face, double scale) {
  Box& b = face.box;
  b = {scale * b.left, scale * b.top, scale * b.right, scale * b.bottom};
  for (Point& p : face.points) p = scale * p;
  return face;
}
// All that were found, and the frames of those that are swapped.
Picture marked(const Picture& picture, const Faces& faces, double margin) {
  Picture small = shown(picture);
  const double width = std::max(1., std::max(small.width, small.height) / 300.);
  const auto each = [&](const std::vector<Face>& of, auto mark) {
    for (const Face& face : of)
      if (const Face there = scaled(face, double(small.width) / picture.width); there.box.area() >= 1)
        mark(there);  // else nothing would be seen of it
  };
  each(faces.found, [&](const Face& face) { mark_face(small, face, width, {128, 128, 128}); });
  each(faces.chosen, [&](const Face& face) {
    mark_frame(small, frame_of(face, margin), width, {255, 196, 0});
    mark_face(small, face, width, {0, 220, 255});
  });
  return small;
}

void pass_on(const fs::path& from, const fs::path& to) {  // whole, or not at all
  const auto bytes = read_file(from, INT32_MAX);
  write_file(to, std::as_bytes(std::span(bytes)));
}

// Swaps those that are chosen in place; writes what each step saw as STAGES/name_....png, where the name is
// the file's with its ending: two files may differ in nothing else.
void swap_faces(const Options& options, const Lens& lens, Picture& picture, const Faces& faces,
                const std::string& name) {
  const SwapOptions& swap = lens.swap_options();
  const auto show = [&](const std::string& step, const Picture& what) {
    write_picture(fs::path(options.stages) / (name + "_" + step + ".png"), what);
  };
  const bool stages = !options.stages.empty();
  if (stages) fs::create_directories(options.stages);
  if (stages) show("1_faces", marked(picture, faces, swap.margin));
  for (std::size_t k = 0; k < faces.chosen.size(); ++k) {
    const auto seen = lens.swap(picture, faces.chosen[k]);
    if (!stages) continue;
    const std::string number = faces.chosen.size() > 1 ? "_" + std::to_string(k) : "";
    show("2_crop" + number, to_picture(seen.seen));
    show("3_translation" + number, to_picture(seen.made));
  }
  for (const Face& face : faces.chosen) lens.draw(picture, face);
  if (stages) show("4_mask", mask_picture(swap.side, swap.blend));
  if (stages) show("5_result", shown(picture));
}

Faces faces_in(const Options& options, const Lens& lens, const Picture& picture) {
  Faces faces{lens.faces(picture), {}};
  if (options.all_faces) return {faces.found, faces.found};
  if (const auto one = dominant_face(faces.found, picture.width, picture.height)) faces.chosen = {*one};
  return faces;
}

int swap_one(const Options& options, const Lens& lens) {
  const fs::path name = fs::path(options.input).filename();
  const fs::path output = output_file(options.input, options.output, name);
  Picture picture = read_upright_picture(options.input);
  const Faces faces = faces_in(options, lens, picture);
  if (faces.chosen.empty()) {
    std::cerr << "gender_swap: " << options.input << ": no face found, nothing written\n";
    return 2;
  }
  swap_faces(options, lens, picture, faces, name.string());
  if (Interrupt::came()) return 130;
  write_picture(output, picture);
  return 0;
}

// Pictures that stand alone, or the frames of a video in the order of their names: there the face is smoothed
// over time, and a frame without one is the same file.
int swap_folder(const Options& options, const Lens& lens) {
  auto files = picture_files(options.input);
  if (options.frames) std::ranges::sort(files, in_natural_order);
  fs::create_directories(options.output);
  if (fs::equivalent(options.input, options.output))
    throw Error(options.output + ": expected a folder for the results, found that of the pictures");
  FaceSmoother smooth;
  int swapped = 0, without = 0, failed = 0;
  const auto begun = std::chrono::steady_clock::now();
  for (const fs::path& file : files) {  // one bad picture does not stop the others
    if (Interrupt::came()) break;
    try {
      Picture picture = read_upright_picture(file);
      Faces all = faces_in(options, lens, picture);
      std::vector<Face>& faces = all.chosen;
      if (options.frames) {
        const auto steady = smooth(all.found, picture.width, picture.height, 1 / options.rate);
        faces = steady ? std::vector{*steady} : std::vector<Face>{};
      }
      if (faces.empty() && !options.frames)
        std::cerr << "gender_swap: " << file.string() << ": no face found, nothing written\n";
      if (!faces.empty()) swap_faces(options, lens, picture, all, file.filename().string());
      const fs::path output = fs::path(options.output) / file.filename();
      if (!faces.empty())
        write_picture(output, picture);
      else if (options.frames)
        pass_on(file, output);
      ++(faces.empty() ? without : swapped);
    } catch (const Error& error) {
      std::cerr << "gender_swap: " << error.what() << '\n';
      ++failed;
    }
  }
  std::cout << (Interrupt::came() ? "interrupted after " : "") << swapped + without + failed
            << " pictures: " << swapped << " swapped, " << without << " without a face, " << failed
            << " failed";
  const std::chrono::duration<double, std::milli> busy = std::chrono::steady_clock::now() - begun;
  if (options.frames)
    std::cout << ", " << std::fixed << std::setprecision(1)
              << busy.count() / std::max(1, swapped + without + failed) << " ms each";
  std::cout << '\n';
  return Interrupt::came() ? 130 : failed ? 1 : without && !options.frames ? 2 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Swap the faces of photographs with a trained generator", "gender_swap");
  Options options;
  app.add_option("--input", options.input, "a picture, or a folder of pictures")->required();
  app.add_option("--output", options.output, "a picture to write (.png, .jpg), or a folder")->required();
  options.lens.add_to(app);
  app.add_flag("--all_faces", options.all_faces, "not only the dominant one");
  app.add_flag("--frames", options.frames, "the folder holds frames of a video: follow one face, smoothed");
  app.add_option("--rate", options.rate, "frames a second")->check(real_in(1, 1000))->capture_default_str();
  app.add_option("--stages", options.stages, "a folder for what each step saw");

  return run_program(app, argc, argv, [&] {
    if (options.frames && options.all_faces)
      throw Error("--frames follows one face: expected no --all_faces beside it");
    const Interrupt interrupt;
    const Lens lens(options.lens);
    return fs::is_directory(options.input) ? swap_folder(options, lens) : swap_one(options, lens);
  });
}
