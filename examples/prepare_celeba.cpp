// prepare_celeba: CelebA as training data, trainA and testA the men, trainB and testB the women, by the
// attribute file and, where given, the official partition (its validation part is left out; without it every
// tenth picture is for testing). With --detector every face is framed as gender_swap frames it; without, the
// square in the middle of the picture is taken, which is the same framing for aligned pictures.
#include "networks/networks.hpp"
#include "program.hpp"
#include <guise/face/frame.hpp>
#include <guise/io/image_file.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct Any;

std::ifstream opened(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error(path + ": cannot be read: expected a list of CelebA");
  return file;
}

// list_attr_celeba.txt: how many pictures, the names of the attributes, then for each picture 1 or -1 of
// each.
std::map<std::string, bool> men_in(const std::string& path) {
  std::ifstream file = opened(path);
  std::string line, word;
  std::getline(file, line);
  std::getline(file, line);
  int male = -1, count = 0;
  for (std::istringstream names(line); names >> word; ++count)
    if (word == "Male") male = count;
  if (male < 0) throw Error(path + ": expected a second line with the attribute Male");
  std::map<std::string, bool> men;
  for (long number = 3; std::getline(file, line); ++number) {
    std::istringstream values(line);
    std::string picture;
    if (!(values >> picture)) continue;
    int value = 0;
    for (int k = 0; k <= male; ++k) values >> value;
    if (!values || (value != 1 && value != -1))
      throw Error(path + ": line " + std::to_string(number) +
                  ": expected a picture and 1 or -1 for each of " + std::to_string(count) + " attributes");
    men[picture] = value == 1;
  }
  return men;
}
// list_eval_partition.txt: for each picture 0 (training), 1 (validation) or 2 (testing).
std::map<std::string, int> partition_in(const std::string& path) {
  std::ifstream file = opened(path);
  std::map<std::string, int> parts;
  std::string line, picture;
  for (long number = 1; std::getline(file, line); ++number) {
    std::istringstream values(line);
    int part = 0;
    if (!(values >> picture)) continue;
    if (!(values >> part) || part < 0 || part > 2)
      throw Error(path + ": line " + std::to_string(number) + ": expected a picture and 0, 1 or 2");
    parts[picture] = part;
  }
  return parts;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Make training data of CelebA", "prepare_celeba");
  std::string images, attributes, partition, out, detector;
  int size = 256;
  double margin = 0.5;
  app.add_option("--images", images, "the folder of its pictures")->required();
  app.add_option("--attributes", attributes, "list_attr_celeba.txt")->required();
  app.add_option("--partition", partition, "list_eval_partition.txt");
  app.add_option("--out", out, "the folder to write")->required();
  app.add_option("--detector", detector, "BlazeFace's weights: frame every face (examples/faces/fetch.sh)");
  app.add_option("--margin", margin, "of the face's box, with --detector")
      ->check(CLI::Range(0., 4.))
      ->capture_default_str();
  app.add_option("--size", size, "side of the pictures written")
      ->check(CLI::Range(8, 4096))
      ->capture_default_str();

  return run_program(app, argc, argv, [&] {
    const auto men = men_in(attributes);
    const auto parts = partition.empty() ? std::map<std::string, int>{} : partition_in(partition);
    const AnyFaceDetector find = detector.empty() ? AnyFaceDetector{} : face_detector<Cpu>(detector);
    for (const char* folder : {"trainA", "trainB", "testA", "testB"})
      fs::create_directories(fs::path(out) / folder);
    std::map<std::string, int> written{{"trainA", 0}, {"trainB", 0}, {"testA", 0}, {"testB", 0}};
    int faceless = 0, failed = 0, position = 0;
    for (const auto& [name, man] : men) {
      int part = position++ % 10 == 9 ? 2 : 0;
      if (!partition.empty()) {
        const auto found = parts.find(name);
        if (found == parts.end()) throw Error(partition + ": expected a line for " + name + ", found none");
        part = found->second;
      }
      if (part == 1) continue;
      try {
        const Picture picture = read_picture(fs::path(images) / name);
        Frame frame = middle_frame(picture);
        if (find) {
          const auto faces = find(picture);
          const int one = dominant_face(faces, picture.width, picture.height);
          if (one < 0) {
            ++faceless;
            continue;
          }
          frame = frame_of(faces[static_cast<std::size_t>(one)], margin);
        }
        const std::string folder = std::string(part == 2 ? "test" : "train") + (man ? "A" : "B");
        write_image(fs::path(out) / folder / name, crop<Any>(picture, frame, size));
        ++written[folder];
      } catch (const Error& error) {  // one bad picture does not stop the others
        std::cerr << "prepare_celeba: " << error.what() << '\n';
        ++failed;
      }
    }
    for (const auto& [folder, count] : written) std::cout << folder << ": " << count << '\n';
    if (faceless) std::cout << "without a face: " << faceless << '\n';
    if (failed) std::cout << "failed: " << failed << '\n';
    return failed ? 1 : 0;
  });
}
