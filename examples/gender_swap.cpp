// gender_swap: swaps the dominant face of a photograph (or all faces) by a trained generator: faces are
// found, framed, translated, blended back and drawn over. The exit code is 2 where there is no face. Ctrl-C
// in a folder ends after the current picture.
#include "face_swap_options.hpp"
#include "natural_order.hpp"
#include "program.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/data/picture_files.hpp>
#include <guise/face/marks.hpp>
#include <guise/face/smooth.hpp>
#include <guise/io/picture/image_file.hpp>

#include <chrono>
#include <iomanip>
#include <span>

using namespace guise;
namespace fs = std::filesystem;

namespace {

using Swapper = FaceSwapper<Source, Target>;

struct Options {
  FaceSwapOptions swap;
  std::string input, output, stages;
  double rate = 30;
  bool all_faces = false, frames = false;
};

struct Faces {
  std::vector<Face> found, chosen;
};

// A picture for --stages. A large one is reduced, so that a large photograph is in memory only once.
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
// A picture with marks: all faces that were found, and the frames of those that are swapped.
Picture marked(const Picture& picture, const Faces& faces, double margin) {
  Picture small = shown(picture);
  const double width = std::max(1., std::max(small.width, small.height) / 300.);
  const auto each = [&](const std::vector<Face>& of, auto mark) {
    for (const Face& face : of)
      if (const Face there = scaled(face, double(small.width) / picture.width); there.box.area() >= 1)
        mark(there);  // a smaller one would not be visible
  };
  each(faces.found, [&](const Face& face) { mark_face(small, face, width, {128, 128, 128}); });
  each(faces.chosen, [&](const Face& face) {
    mark_frame(small, frame_of(face, margin), width, {255, 196, 0});
    mark_face(small, face, width, {0, 220, 255});
  });
  return small;
}

void copy_whole(const fs::path& from, const fs::path& to) {  // or not at all
  const auto bytes = read_file(from, INT32_MAX);
  write_file(to, std::as_bytes(std::span(bytes)));
}

// Swaps the chosen faces in place, and writes the result of each stage as STAGES/name_....png. The name is
// the file's with its extension, because two files may differ in nothing else.
void swap_faces(const Options& options, const Swapper& swapper, Picture& picture, const Faces& faces,
                const std::string& name) {
  const SwapOptions& swap = swapper.options;
  const auto show = [&](const std::string& stage, const Picture& what) {
    const std::string end = "_" + stage + ".png";
    write_picture(fs::path(options.stages) / (shortened_name(name, longest_name - end.size()) + end), what);
  };
  const bool stages = !options.stages.empty();
  if (stages) make_folder(options.stages);
  if (stages) show("1_faces", marked(picture, faces, swap.margin));
  for (std::size_t k = 0; k < faces.chosen.size(); ++k) {
    const auto result = swapper.swap(picture, faces.chosen[k]);
    if (!stages) continue;
    const std::string number = faces.chosen.size() > 1 ? "_" + std::to_string(k) : "";
    show("2_crop" + number, to_picture(result.crop));
    show("3_translation" + number, to_picture(result.translation));
  }
  for (const Face& face : faces.chosen) swapper.draw(picture, face);
  if (stages) show("4_mask", mask_picture(swap.side, swap.blend));
  if (stages) show("5_result", shown(picture));
}

Faces faces_in(const Options& options, const Swapper& swapper, const Picture& picture) {
  Faces faces{swapper.detect(picture), {}};
  if (options.all_faces) return {faces.found, faces.found};
  if (const auto one = dominant_face(faces.found, picture.width, picture.height)) faces.chosen = {*one};
  return faces;
}

int swap_one(const Options& options, const Swapper& swapper) {
  const fs::path name = fs::path(options.input).filename();
  const fs::path output = output_file(options.input, options.output, name);
  Picture picture = read_picture(options.input);
  const Faces faces = faces_in(options, swapper, picture);
  if (faces.chosen.empty()) {
    complain("gender_swap", options.input + ": no face found, nothing written");
    return 2;
  }
  swap_faces(options, swapper, picture, faces, name.string());
  if (Interrupt::came()) return 130;
  make_folder_of(output);
  write_picture(output, picture);
  return 0;
}

// A frame in the place of one that cannot be read; where even that fails it is said.
void write_again(const fs::path& from, const fs::path& to) try {
  write_picture(to, read_picture(from));
} catch (const std::exception& error) { complain("gender_swap", failure_of(to, error)); }

// Swaps the faces of a folder of photographs, or of the frames of a video in the order of their names. In a
// video the face is smoothed over time, a frame without a face is copied, and in the place of one that cannot be read
// the result before it stands once more (before the first result: that one), so that a sequence keeps its frames.
int swap_folder(const Options& options, const Swapper& swapper) {
  const PictureFiles found = picture_files(options.input);
  auto files = found.files;
  if (options.frames) std::ranges::sort(files, in_natural_order);
  make_folder(options.output);
  if (fs::equivalent(options.input, options.output))
    throw Error(options.output + ": expected a folder for the results, found that of the pictures");
  FaceSmoother smooth;
  int swapped = 0, without = 0, failed = 0;
  std::vector<fs::path> holes;  // frames before the first result
  fs::path last;                // the result before
  const auto begun = std::chrono::steady_clock::now();
  for (const fs::path& file : files) {  // one bad picture does not stop the others
    if (Interrupt::came()) break;
    try {
      Picture picture = read_picture(file);
      Faces all = faces_in(options, swapper, picture);
      std::vector<Face>& faces = all.chosen;
      if (options.frames) {
        const auto steady = smooth(all.found, picture.width, picture.height, 1 / options.rate);
        faces = steady ? std::vector{*steady} : std::vector<Face>{};
      }
      if (faces.empty() && !options.frames)
        complain("gender_swap", file.string() + ": no face found, nothing written");
      if (!faces.empty()) swap_faces(options, swapper, picture, all, file.filename().string());
      const fs::path output = fs::path(options.output) / file.filename();
      if (!faces.empty())
        write_picture(output, picture);
      else if (options.frames)
        copy_whole(file, output);
      ++(faces.empty() ? without : swapped);
      if (!options.frames) continue;
      last = output;
      for (const fs::path& hole : holes) write_again(last, hole);
      holes.clear();
    } catch (const std::exception& error) {
      complain("gender_swap", failure_of(file, error));
      ++failed;
      if (!options.frames) continue;
      const fs::path output = fs::path(options.output) / file.filename();
      last.empty() ? holes.push_back(output) : write_again(last, output);
    }
  }
  std::cout << (Interrupt::came() ? "interrupted after " : "") << swapped + without + failed
            << " pictures: " << swapped << " swapped, " << without << " without a face, " << failed
            << " failed";
  const std::chrono::duration<double, std::milli> busy = std::chrono::steady_clock::now() - begun;
  if (options.frames)
    std::cout << ", " << std::fixed << std::setprecision(1)
              << busy.count() / std::max(1, swapped + without + failed) << " ms each";
  if (found.passed()) std::cout << "; passed over: " << found.passed_text();
  std::cout << '\n';
  return Interrupt::came() ? 130 : failed ? 1 : without && !options.frames ? 2 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("Swap the faces of photographs with a trained generator", "gender_swap");
  Options options;
  app.add_option("--input", options.input, "a picture, or a folder of pictures").required();
  app.add_option("--output", options.output, "a picture to write (.png, .jpg), or a folder").required();
  options.swap.add_to(app);
  app.add_flag("--all_faces", options.all_faces, "not only the dominant one");
  app.add_flag("--frames", options.frames, "the folder holds frames of a video: follow one face, smoothed");
  app.add_option("--rate", options.rate, "frames a second").check(real_in(1, 1000)).show_default();
  app.add_option("--stages", options.stages, "a folder for the result of each stage");

  return run_program(app, argc, argv, [&] {
    if (options.frames && options.all_faces)
      throw Error("--frames follows one face: expected no --all_faces beside it");
    if (options.swap.weights.weights.empty() && options.swap.overlays.empty())
      complain("gender_swap",
               "neither --weights nor --overlay: faces are found, and pictures stay as they are");
    const Interrupt interrupt;
    const Swapper swapper = face_swapper(options.swap);
    return is_folder(options.input) ? swap_folder(options, swapper) : swap_one(options, swapper);
  });
}
