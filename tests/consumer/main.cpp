#include <guise/guise.hpp>
#include <guise/io/picture/image_file.hpp>

struct Man;
struct Woman;
struct Gen : guise::ResnetGenerator<1, 4> {};

int main() {
  static_assert(Gen::out({3, 32, 32}) == guise::Shape{3, 32, 32});
  const guise::Images<Man> man{1, {3, 32, 32}};  // grey
  guise::write_image("man.png", man);  // brings in the picture libraries, and the network the threads
  const guise::Translator<Man, Woman, Gen, guise::Cpu> to_woman(
      guise::Generator<Man, Woman, Gen, guise::Cpu>(7, 0, guise::Cpu(2)));
  guise::write_image("woman.jpg", to_woman(guise::read_image<Man>("man.png")));
  return guise::read_image<Woman>("woman.jpg").data.size() == man.data.size() && guise::version.major == 0
             ? 0
             : 1;
}
