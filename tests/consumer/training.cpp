// A program of somebody else's that trains: a step, its files, and a translation by the weights that it saved.
#include <guise/data/unpaired.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/guise.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/weights/weights.hpp>
#include <guise/train/loop.hpp>

#include <filesystem>
#include <iostream>

using namespace guise;

struct Man;
struct Woman;

int main() try {
  for (const char* side : {"men", "women"}) {
    std::filesystem::create_directories(side);
    for (const char* name : {"1.png", "2.jpg"})
      write_picture(std::filesystem::path(side) / name, blank(40, 40, side[0] == 'm' ? 20 : 200));
  }
  ImageFolder<Man> men("men", {.load = 40, .crop = 32});
  ImageFolder<Woman> women("women", {.load = 40, .crop = 32});
  CycleGan<Man, Woman, Paper<ResnetGenerator<1, 4>, PatchDiscriminator<4>>, Cpu> model({.seed = 7}, Cpu(2));
  Loop loop({.folder = "run", .epochs = 1, .overwrite = true});
  loop.run(model, unpaired(men, women, {.seed = 7, .workers = 2}));
  save_weights("to_woman.safetensors", model.generator<Man, Woman>());
  const auto to_woman = read_translator<Man, Woman>("to_woman.safetensors", Cpu(2));
  write_image("woman.png", to_woman(read_image<Man>("men/1.png")));
  return read_picture("woman.png").width == 40 && std::filesystem::exists("run/web/index.html") ? 0 : 1;
} catch (const Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
