// The gender swap in milliseconds a frame: detection by both forms, and the whole with generators of each
// size, by stage. Weights of generators are drawn at random: their values do not change the time. Medians, and
// the tenth and the ninetieth percentile of a hundred runs.
//
//   face_swap FOLDER [THREADS [RUNS]]      FOLDER: where examples/faces/fetch.sh --pictures has put its files
#include <guise/arch/resnet_generator.hpp>
#include <guise/backend/cpu/cpu.hpp>
#include <guise/deploy/translator.hpp>
#include <guise/face/blazeface.hpp>
#include <guise/face/swap.hpp>
#include <guise/io/picture/image_file.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct Before;
struct After;
int runs = 100;

template <class F> void report(const char* name, F f) {
  std::vector<double> times;
  for (int k = 0; k < runs + 3; ++k) {
    const auto begun = std::chrono::steady_clock::now();
    f();
    const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - begun;
    if (k >= 3) times.push_back(passed.count());
  }
  std::ranges::sort(times);
  const auto at = [&](double part) { return times[std::size_t(part * double(times.size() - 1))]; };
  std::printf("%-44s %8.2f ms (%.2f-%.2f)\n", name, at(0.5), at(0.1), at(0.9));
}

void whole(const char* name, const Graph& generator, const Picture& picture, const AnyFaceDetector& find,
           int side, const Cpu& device) {
  const Translator<Before, After, Described, Cpu> translate(
      Generator<Before, After, Described, Cpu>(generator, 1, 0, device).frozen());
  const auto dominant = [&] { return dominant_face(find(picture), picture.width, picture.height).value(); };
  const Face face = dominant();
  const Images<Before> seen = crop<Before>(picture, frame_of(face), side);
  report((std::string(name) + ", translation alone").c_str(), [&] { translate(seen); });
  report((std::string(name) + ", whole").c_str(), [&] {
    Picture frame = picture;
    swap_face<Before>(frame, dominant(), translate, {.side = side});
  });
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) throw Error("usage: face_swap FOLDER [THREADS [RUNS]]");
  const fs::path folder = argv[1];
  const Cpu device(argc > 2 ? std::max(1, std::atoi(argv[2])) : 2);
  if (argc > 3) runs = std::max(1, std::atoi(argv[3]));
  const Picture portrait = read_picture(folder / "pictures" / "astronaut.png");
  const auto front = face_detector(folder / "front.onnx", {}, device);
  const auto back = face_detector(folder / "back.onnx", {}, device);
  report("detection, 128 form, 512x512", [&] { front(portrait); });
  report("detection, 256 form, 512x512", [&] { back(portrait); });

  const Frame frame = frame_of(back(portrait).at(0));
  for (int side : {64, 128, 256}) {
    const auto seen = crop<Before>(portrait, frame, side);
    auto made = as<After>(seen);
    for (float& v : made.data) v *= 0.9f;
    const auto layer = seamless_layer(seen, made);
    const std::string size = std::to_string(side);
    report(("crop to " + size).c_str(), [&] { crop<Before>(portrait, frame, side); });
    report(("change that shows no seam, " + size).c_str(), [&] { seamless_layer(seen, made); });
    report(("laid over the picture, " + size).c_str(), [&] {
      Picture picture = portrait;
      composite(picture, frame, layer, side);
    });
  }
  whole("G(32, 6) at 64", resnet_generator(6, 32), portrait, back, 64, device);
  whole("G(64, 6) at 128", resnet_generator(6, 64), portrait, back, 128, device);
  whole("G(64, 9) at 256", resnet_generator(9, 64), portrait, back, 256, device);
  return 0;
} catch (const std::exception& error) {
  std::cerr << "face_swap: " << error.what() << '\n';
  return 1;
}
