// prepare_celeba: makes training data of CelebA: trainA and testA are the men, trainB and testB the women, by
// the attribute file and, where it is given, the official partition (its validation part is left out; without
// a partition every tenth picture is for testing). With --detector every face is framed as gender_swap frames
// it; without it the lowest square of the picture is taken, which frames a face alike where pictures are
// aligned. Ctrl-C ends after the current picture.
#include "celeba.hpp"
#include "networks/face_detectors.hpp"
#include "picture_count.hpp"
#include "program.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/face/frame.hpp>
#include <guise/io/picture/image_file.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <vector>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct Any;

struct Options {
  std::string images, attributes, partition, out, detector;
  int size = 256;
  double margin = 0.5;
};
struct Picked {
  std::string name, folder;
};
constexpr const char* folders[] = {"testA", "testB", "trainA", "trainB"};

// The folder of each picture. All of them are known before anything is written.
std::vector<Picked> picked(const Options& options) {
  const auto men = celeba::men_in(options.attributes);
  std::map<std::string, int> parts;
  if (!options.partition.empty()) parts = celeba::partition_in(options.partition);
  std::vector<Picked> all;
  int position = 0;
  for (const auto& [name, man] : men) {
    int part = position++ % 10 == 9 ? 2 : 0;
    if (!options.partition.empty()) {
      const auto found = parts.find(name);
      if (found == parts.end())
        throw Error(options.partition + ": expected a line for " + name + ", found none");
      part = found->second;
    }
    if (part != 1) all.push_back({name, std::string(part == 2 ? "test" : "train") + (man ? "A" : "B")});
  }
  return all;
}

// No output may overwrite a photograph of the input.
void check_folders(const Options& options) {
  if (!fs::is_directory(options.images))
    throw Error(options.images + ": no such folder: expected that of CelebA's pictures");
  const fs::path images = fs::canonical(options.images), out = fs::weakly_canonical(options.out);
  bool same = out == images;
  for (const char* folder : folders) same |= fs::weakly_canonical(out / folder) == images;
  if (same) throw Error("--out " + options.out + ": expected another folder than that of the pictures");
}

// Nothing where a detector finds no face.
std::optional<Images<Any>> framed(const Picture& picture, const AnyFaceDetector& find,
                                  const Options& options) {
  if (!find) return crop<Any>(picture, lowest_square(picture), options.size);
  const auto face = dominant_face(find(picture), picture.width, picture.height);
  if (!face) return std::nullopt;
  return crop<Any>(picture, frame_of(*face, options.margin), options.size);
}

int prepare(const Options& options) {
  check_folders(options);
  const std::vector<Picked> pictures = picked(options);
  std::string absent;  // the first of them
  long missing = 0;
  for (const Picked& picture : pictures)
    if (!fs::exists(fs::path(options.images) / picture.name) && missing++ == 0) absent = picture.name;
  if (missing == static_cast<long>(pictures.size()))
    throw Error(options.images + ": none of the pictures of " + options.attributes + " in it");
  const AnyFaceDetector find =
      options.detector.empty() ? AnyFaceDetector{} : face_detector<Cpu>(options.detector);
  for (const char* folder : folders) {
    make_folder(fs::path(options.out) / folder);
    remove_unfinished(fs::path(options.out) / folder);
  }

  std::map<std::string, int> written;
  int faceless = 0, failed = 0;
  PictureCount progress(static_cast<long>(pictures.size()));
  for (const auto& [name, folder] : pictures) {
    if (Interrupt::came()) break;
    try {
      if (fs::path from = fs::path(options.images) / name; !missing || fs::exists(from)) {
        if (const auto image = framed(read_picture(from), find, options)) {
          write_image(fs::path(options.out) / folder / name, *image);
          ++written[folder];
        } else {
          ++faceless;
        }
      }
    } catch (const std::exception& error) {  // one bad picture does not stop the others
      progress.clear();
      complain("prepare_celeba", failure_of(fs::path(options.images) / name, error));
      ++failed;
    }
    progress.next();
  }
  progress.clear();
  if (Interrupt::came()) std::cout << "interrupted after " << progress.done() << " pictures\n";
  for (const char* folder : folders) std::cout << folder << ": " << written[folder] << '\n';
  if (faceless) std::cout << "without a face: " << faceless << '\n';
  if (missing)
    std::cout << "not in " << printable(options.images) << ": " << missing << ", such as "
              << printable(absent) << '\n';
  if (failed) std::cout << "failed: " << failed << '\n';
  return Interrupt::came() ? 130 : failed || missing ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("Make training data of CelebA", "prepare_celeba");
  Options o;
  app.add_option("--images", o.images, "the folder of its pictures").required();
  app.add_option("--attributes", o.attributes, "list_attr_celeba, .txt or .csv").required();
  app.add_option("--partition", o.partition, "list_eval_partition, .txt or .csv");
  app.add_option("--out", o.out, "the folder to write").required();
  app.add_option("--detector", o.detector, "BlazeFace's weights: frame every face (examples/faces/fetch.sh)");
  app.add_option("--margin", o.margin, "of the face's box, with --detector")
      .check(real_in(0, 4))
      .show_default();
  app.add_option("--size", o.size, "side of the pictures written").check(whole_in(8, 4096)).show_default();

  return run_program(app, argc, argv, [&] {
    const Interrupt interrupt;
    return prepare(o);
  });
}
