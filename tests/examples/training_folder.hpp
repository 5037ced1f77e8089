// A folder with small pictures to train on, for the tests of the programs, and the command lines that train
// and translate in it.
#pragma once
#include "support/scratch_folder.hpp"
#include "support/shell.hpp"
#include <guise/io/picture/image_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

namespace guise::testing {

inline Picture striped(int width, int height, int seed) {
  Picture picture = blank(width, height);
  for (std::size_t k = 0; k < picture.rgb.size(); ++k)
    picture.rgb[k] = static_cast<unsigned char>(k * static_cast<std::size_t>(seed) % 251);
  return picture;
}

struct TrainingFolder : ScratchFolder {
  TrainingFolder() {
    for (const char* folder : {"trainA", "trainB", "testA"}) {
      std::filesystem::create_directories(data() / folder);
      for (int k = 0; k < 3; ++k)
        write_picture(data() / folder / (std::to_string(k) + ".png"), striped(40, 36, 7 + k));
    }
  }
  void hold_out() const {  // four pictures in testA and in testB
    std::filesystem::create_directories(data() / "testB");
    for (const char* folder : {"testA", "testB"})
      for (int k = 0; k < 4; ++k)
        write_picture(data() / folder / (std::to_string(k) + ".png"), striped(40, 36, 8 + k));
  }
  void tell_apart() const {  // other pictures in trainA than in trainB
    for (int k = 0; k < 3; ++k)
      write_picture(data() / "trainA" / (std::to_string(k) + ".png"), striped(40, 36, 30 + k));
  }
  std::filesystem::path data() const { return path() / "data"; }
  std::filesystem::path made() const { return path() / "checkpoints" / "t"; }
  // One that takes the place of that before it, unless it goes on with it.
  std::string training(const std::string& more) const {
    return program("train") + " --dataroot " + data().string() + " --checkpoints_dir " +
           (path() / "checkpoints").string() +
           " --name t --netG resnet_6blocks --ngf 16 --ndf 16 --load_size 36 --crop_size 32 --threads 1 " +
           (more.find("--continue_train") == more.npos ? "--overwrite " : "") + more;
  }
  std::string translation(const std::string& input, const std::string& output) const {
    return program("translate") + " --threads 1 --weights " +
           (made() / "latest_net_G_A.safetensors").string() + " --input " + input + " --output " + output;
  }
  std::string weights() const { return (made() / "latest_net_G_A.safetensors").string(); }
};

// One line, that begins with the program's name and holds `part`.
inline void check_refused(const Result& result, const std::string& name, const std::string& part) {
  INFO(result.text);
  CHECK(result.code == 1);
  CHECK(result.text.starts_with(name + ": "));
  CHECK(result.text.find(part) != std::string::npos);
  CHECK(std::count(result.text.begin(), result.text.end(), '\n') == 1);
}

}  // namespace guise::testing
