// convert: weights of every type, which every program reads, and what it refuses.
#include "translation_folder.hpp"
#include <guise/io/weights/weights_file.hpp>

#include <support/torch_writer.hpp>

#include <cmath>

using namespace guise;
using namespace guise::testing;
namespace fs = std::filesystem;

namespace {

Result convert(const fs::path& from, const fs::path& to, const std::string& more) {
  return shell(program("convert") + " --weights " + from.string() + " --output " + to.string() + " " + more);
}

}  // namespace

TEST_CASE("convert writes each type, translate and inspect read it, and pictures stay near") {
  const TranslationFolder place;
  const fs::path weights = place / "latest_net_G_A.safetensors";
  fs::create_directories(place / "in");
  write_picture(place / "in/a.png", striped(40, 36, 7));
  const Raster expected = place.translated(place / "in/a.png", "expected.png");
  const double before = static_cast<double>(fs::file_size(weights));
  struct Case {
    std::string type;
    double share;  // of the bytes
    int levels;    // of 255 between the pictures; random weights forgive less than trained ones
  };
  for (const auto& [type, share, levels] :
       {Case{"float32", 1, 0}, {"float16", 0.5, 1}, {"bfloat16", 0.5, 8}, {"int8", 0.25, 16}}) {
    CAPTURE(type);
    const fs::path made = place / (type + ".safetensors");
    const Result result = convert(weights, made, "--type " + type);
    INFO(result.text);
    REQUIRE(result.code == 0);
    CHECK(has(result, "a generator, ResNet, 6 blocks, 8 wide"));
    CHECK(has(result, "; " + std::to_string(fs::file_size(weights)) + " bytes, 36 tensors of float32, "));
    CHECK(has(result, ": " + std::to_string(fs::file_size(made)) + " bytes, "));
    CHECK(has(result, "largest relative error of a tensor: "));
    // The headers of so small a network weigh: 9 KB.
    CHECK(std::abs(static_cast<double>(fs::file_size(made)) - share * before) < 9000);

    const Result shown = shell(program("inspect") + " --size 64 --weights " + made.string());
    INFO(shown.text);
    CHECK(has(shown, type == "float32" ? "the file: 36 tensors of float32, "
                                       : "the file: 18 tensors of float32, 18 of " + type + ", "));
    REQUIRE(shell(program("translate") + " --threads 1 --weights " + made.string() + " --input " +
                  (place / "in/a.png").string() + " --output " + (place / "made.png").string())
                .code == 0);
    const Picture a = read_picture(place / "made.png"), b = read_picture(place / "expected.png");
    int largest = 0;
    for (std::size_t k = 0; k < a.rgb.size(); ++k) largest = std::max(largest, std::abs(a.rgb[k] - b.rgb[k]));
    CHECK(largest <= levels);
  }
  CHECK(bytes_of(place / "float32.safetensors") == bytes_of(weights));
}

TEST_CASE("convert reads PyTorch's files, one network of several, and networks that are no generator") {
  const TranslationFolder place;
  Safetensors both, file = read_safetensors(place / "latest_net_G_A.safetensors");
  for (const char* prefix : {"netG_A.", "netG_B."})
    for (const auto& [name, tensor] : file.tensors) both.tensors.emplace_back(prefix + name, tensor);
  put(place / "both.pth", torch_stream(both));
  REQUIRE(convert(place / "both.pth", place / "all.safetensors", "--type int8").code == 0);
  const Safetensors all = read_safetensors(place / "all.safetensors");
  CHECK(all.tensors.size() == 72);
  CHECK(all.find("netG_B.model.16.weight")->channel_axis == 1);  // a transposed convolution
  REQUIRE(convert(place / "both.pth", place / "one.safetensors", "--type int8 --prefix netG_A").code == 0);
  CHECK(read_safetensors(place / "one.safetensors").tensors.size() == 36);

  write_safetensors(place / "own.safetensors",
                    {{{"words", {{2, 3}, {1, 2, 3, 4, 5, 6}}}}, {{"note", "kept"}}});
  const Result own = convert(place / "own.safetensors", place / "own8.safetensors", "--type int8");
  CHECK(has(own, "1 tensors such as \"words\" of shape 2x3"));
  CHECK(read_safetensors(place / "own8.safetensors").metadata.at("note") == "kept");
}

TEST_CASE("convert refuses in one line, and leaves nothing half-written") {
  const TranslationFolder place;
  const fs::path weights = place / "latest_net_G_A.safetensors";
  const auto refused = [&](const fs::path& from, const fs::path& to, const std::string& more,
                           const std::string& part) {
    const Result result = convert(from, to, more);
    INFO(result.text);
    CHECK(result.code == 1);
    CHECK(result.text.starts_with("convert: "));
    CHECK(has(result, part));
    CHECK(std::ranges::count(result.text, '\n') == 1);
  };
  const std::string before = bytes_of(weights);
  refused(weights, weights, "--type int8", "expected another file than the weights");
  fs::create_symlink(weights, place / "link.safetensors");
  refused(weights, place / "link.safetensors", "--type int8", "expected another file than the weights");
  CHECK(bytes_of(weights) == before);
  refused(weights, place / "o.safetensors", "--type int4",
          "--type: int4: expected float32, float16, bfloat16 or int8");
  refused(weights, place / "o.pth", "--type int8", "expected a name that ends in .safetensors");
  Safetensors file = read_safetensors(weights);
  file.tensors[2].second.data[1] = 1e6f;
  write_safetensors(place / "large.safetensors", file);
  refused(place / "large.safetensors", place / "o.safetensors", "--type float16",
          "tensor \"" + file.tensors[2].first + "\" holds 1e+06: expected at most 65504 of float16");
  file.metadata["checksum"] = "1";
  write_safetensors(place / "checkpoint.safetensors", file);
  refused(place / "checkpoint.safetensors", place / "o.safetensors", "--type float16",
          "expected weights alone");
  CHECK(!fs::exists(place / "o.safetensors"));
  CHECK(place.entries() == 4);
}
