#include <guise/backend/cuda/cuda.hpp>
#include <guise/guise.hpp>

#include <iostream>

struct Man;
struct Woman;
struct Gen : guise::ResnetGenerator<1, 4> {};

int main() {
  try {
    const guise::Translator<Man, Woman, Gen, guise::Cuda> to_woman(
        guise::Generator<Man, Woman, Gen, guise::Cuda>(0, 0, guise::Cuda(0)));
    return to_woman(guise::Images<Man>{1, {3, 32, 32}}).data.size() == 3 * 32 * 32 ? 0 : 1;
  } catch (const guise::Error& error) {  // a machine without a device can still link
    const std::string what = error.what();
    std::cout << what << "\n";
    return what.starts_with("no CUDA device") || what.starts_with("a CUDA driver") ? 0 : 1;
  }
}
