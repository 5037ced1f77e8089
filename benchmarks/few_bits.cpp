// What weights of few bits cost: a generator's translations of a folder of pictures, with its weights as float32, float16,
// bfloat16 and int8, beside the true answers of the same names in another folder.
//
//   few_bits WEIGHTS INPUT TARGET [THREADS]
//
// Prints as Markdown the bytes of each file, the mean absolute error of the pairs (of numbers in [0, 1]), how it differs from
// that of float32, and how far pictures are from those of float32, in levels of 255: at most and on average. Then the same of
// int8 in one layer alone, which tells the layers that lose most.
#include <guise/backend/cpu/cpu.hpp>
#include <guise/data/picture_files.hpp>
#include <guise/deploy/channel_axes.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/weights/number_types.hpp>
#include <guise/metrics/mae.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

using namespace guise;

namespace {

struct Before;
struct After;

struct Pair {
  Images<Before> input;
  Images<After> target;
};
std::vector<Pair> pairs_in(const std::filesystem::path& input, const std::filesystem::path& target) {
  const PictureFiles inputs = picture_files(input), targets = picture_files(target);
  std::vector<Pair> pairs;
  for (const auto& file : inputs.files)
    if (const auto twin = targets.twin(file); !twin.empty())
      pairs.push_back({read_image<Before>(file), read_image<After>(twin)});
  if (pairs.empty()) throw Error(target.string() + ": expected pictures of the names in " + input.string());
  return pairs;
}

class Measured {
 public:
  Measured(const std::vector<Pair>& pairs, std::filesystem::path path, Cpu device)
      : pairs_(pairs), path_(std::move(path)), device_(device) {}

  // A row of the table; the first is what the others are compared with.
  void row(const std::string& name, const Safetensors& weights) {
    const auto bytes = encode_safetensors(weights, path_.string());
    const auto translate =
        make_translator<Before, After>(decode_safetensors(bytes, path_.string()), path_, device_);
    const bool first = expected_.empty();
    double error = 0, largest = 0, sum = 0;
    std::size_t numbers = 0;
    for (std::size_t k = 0; k < pairs_.size(); ++k) {
      Images<After> made = translate(pairs_[k].input);
      error += mae(made, pairs_[k].target) / static_cast<double>(pairs_.size());
      numbers += made.data.size();
      if (first) {
        expected_.push_back(std::move(made));
        continue;
      }
      for (std::size_t i = 0; i < made.data.size(); ++i) {
        const double difference = 127.5 * std::abs(double{made.data[i]} - expected_[k].data[i]);
        largest = std::max(largest, difference), sum += difference;
      }
    }
    if (first) error_ = error;
    std::printf("| %s | %zu | %.5f | %+.2f %% | %.2f | %.3f |\n", name.c_str(), bytes.size(), error,
                100 * (error / error_ - 1), largest, sum / static_cast<double>(numbers));
    std::fflush(stdout);
  }

 private:
  const std::vector<Pair>& pairs_;
  std::filesystem::path path_;
  Cpu device_;
  std::vector<Images<After>> expected_;
  double error_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 4) throw Error("usage: few_bits WEIGHTS INPUT TARGET [THREADS]");
  const std::filesystem::path path = argv[1];
  const std::vector<Pair> pairs = pairs_in(argv[2], argv[3]);
  Safetensors weights = one_generator(read_weights(path), path);
  note_channel_axes(weights);
  Measured measured(pairs, path, Cpu(argc > 4 ? std::max(1, std::atoi(argv[4])) : 1));
  std::printf(
      "| weights | bytes | MAE of %zu pairs | beside float32 | largest difference | mean "
      "|\n|---|---|---|---|---|---|\n",
      pairs.size());
  for (const NumberType type :
       {NumberType::float32, NumberType::float16, NumberType::bfloat16, NumberType::int8}) {
    store_as(weights, type);
    measured.row(to_text(type), weights);
  }
  store_as(weights, NumberType::float32);
  for (auto& [name, tensor] : weights.tensors) {
    if (!is_weight(name, tensor)) continue;
    tensor.type = NumberType::int8;
    measured.row("int8 in " + name, weights);
    tensor.type = NumberType::float32;
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << "few_bits: " << error.what() << '\n';
  return 1;
}
