// test_model: what the PyTorch reference's test.py does, by the same options: translates the pictures of DATAROOT/testA and
// testB with a training's networks, and leaves them in RESULTS_DIR/NAME/PHASE_EPOCH with a page that shows them.
//
//   --model cycle_gan   images/X_real_A.png, fake_B, rec_A, real_B, fake_A, rec_B   X is a picture of A
//   --model cut         real_A, fake_B, real_B
//   --model test        real, fake: one generator, EPOCH_net_G.pth, over the pictures of DATAROOT itself
//
// Pictures are prepared as in training, without chance. Networks are what their weights say, whatever --netG and the options
// beside it. Batch norms and dropouts are always as with --eval.
#include "device.hpp"
#include "network_options.hpp"
#include "networks/translators.hpp"
#include "program.hpp"
#include "range_option.hpp"
#include "reference_options.hpp"
#include "size_options.hpp"
#include <guise/core/interrupt.hpp>
#include <guise/data/transform.hpp>
#include <guise/io/picture/image_file.hpp>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct TestOptions {
  std::string dataroot, name, checkpoints_dir = "checkpoints", results_dir = "results", model = "cycle_gan",
                              model_suffix, direction = "AtoB", phase = "test", epoch = "latest",
                              preprocess = "resize_and_crop", word;
  long num_test = 50, load_iter = 0;
  int load_size = 0, crop_size = 256, ignored = 3;
  bool eval = false;
  NetworkOptions networks;
  ReferenceOptions reference;
  RangeOption range;
  DeviceOptions device;

  explicit TestOptions(CommandLine& app) {
    const auto add = [&](const char* flag, auto& value, const char* what) {
      return app.add_option(flag, value, what).show_default();
    };
    app.add_option("--dataroot", dataroot,
                   "folder that holds testA and testB, or the pictures of --model test")
        .required();
    app.add_option("--name", name, "of the training").required();
    add("--checkpoints_dir", checkpoints_dir, "where the training is kept");
    add("--results_dir", results_dir, "where the pictures go, in NAME/PHASE_EPOCH");
    add("--model", model, "whose networks: cycle_gan, cut, fastcut, or test, which is one generator")
        .check(one_of({"cycle_gan", "cut", "fastcut", "test"}));
    app.add_option("--model_suffix", model_suffix, "of --model test: _A for EPOCH_net_G_A");
    add("--direction", direction, "BtoA: the two domains change places").check(one_of({"AtoB", "BtoA"}));
    add("--phase", phase, "folders of the pictures are PHASEA and PHASEB");
    add("--epoch", epoch, "whose weights: latest, best, or a number");
    app.add_option("--load_iter", load_iter, "of the reference").check(whole_in(0, 0)).hidden();
    add("--num_test", num_test, "the most pictures").check(whole_in(1, countless));
    app.add_flag("--eval", eval, "as is always done");
    add("--preprocess", preprocess, "how pictures get their size")
        .check(one_of(std::vector<std::string>(preprocess_names.begin(), preprocess_names.end())));
    app.add_option("--load_size", load_size, "side that pictures are resized to; without: --crop_size")
        .check(whole_in(8, 1 << 13));
    add("--crop_size", crop_size, "side of what is cut out of their middle").check(whole_in(8, 1 << 13));
    app.add_option("--input_nc", ignored, "of the reference").check(whole_in(1, 16)).hidden();
    app.add_option("--output_nc", ignored, "of the reference").check(whole_in(1, 16)).hidden();
    for (const char* option :
         {"--batch_size", "--num_threads", "--max_dataset_size", "--suffix", "--init_type", "--init_gain"})
      app.add_option(option, word, "of the reference, which changes nothing here").hidden();
    for (const char* option : {"--serial_batches", "--no_flip"})
      app.add_flag(option, eval, "of the reference, as is always done").hidden();
    networks.add_to(app);
    range.add_to(app);
    device.add_to(app);
    reference.add_to(app);
  }
};

struct Side {  // a domain's pictures, and the generator that takes them, if there is one
  PictureFiles found;
  AnyTranslator<Source, Target> translate;
};

class Results {
 public:
  explicit Results(fs::path folder) : folder_(std::move(folder)) { make_folder(folder_ / "images"); }
  void add(const std::string& stem, const std::string& label, const Images<Target>& image) {
    const std::string name = stem + "_" + label + ".png";
    Raster raster = to_raster(image, Depth::bits8);
    if (raster.channels > 4) raster = fitted(std::move(raster), 3, name);
    write_raster(folder_ / "images" / name, raster);
    rows_ += (stem == last_ ? "" : "</tr><tr>") + std::string("<td><img src=\"images/") + in_address(name) +
             "\" alt=\"\"><br>" + label + "</td>\n";
    last_ = stem;
  }
  void page(const std::string& title) const {
    const std::string text = "<!doctype html><meta charset=\"utf-8\"><title>" + title +
                             "</title>\n<table><tr>" + rows_ + "</tr></table>\n";
    write_file(folder_ / "index.html", text);
  }

 private:
  static std::string in_address(const std::string& name) {  // of a page, whatever the file is called
    std::string text;
    for (const char c : name) {
      constexpr const char* digits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) || c == '_' || c == '-' || c == '.')
        text += c;
      else
        text.append({'%', digits[byte / 16], digits[byte % 16]});
    }
    return text;
  }

  fs::path folder_;
  std::string rows_, last_;
};

// EPOCH_net_NAME of the training, its moving average where there is one.
GeneratorFile weights_of(const TestOptions& o, const std::string& network) {
  const fs::path folder = fs::path(o.checkpoints_dir) / o.name;
  for (const std::string average : {"_ema", ""})
    if (const fs::path file = weights_file(folder, o.epoch + "_net_" + network + average); !file.empty())
      return {file, {}};
  const bool cyclegan = network == "G" && !weights_file(folder, o.epoch + "_net_G_A").empty();
  throw Error(folder.string() + ": expected the networks of a training, " + o.epoch + "_net_" + network +
              ".safetensors or .pth" + (cyclegan ? "; --model_suffix _A takes its G_A" : ""));
}
Images<Source> prepared(const fs::path& file, Transform transform,
                        const AnyTranslator<Source, Target>& translate) {
  if (translate.channels()) transform.channels = translate.channels();
  const Raster picture = load_picture(file, transform);
  const PictureSize size{picture.width, picture.height}, taken = transform.taken(size);
  Images<Source> image{1, {picture.channels, taken.height, taken.width}};
  write_sample(picture, transform, middle_crop(transform, size), image, 0, file.string());
  return image;
}

int test(const TestOptions& o, const CommandLine& app) {
  for (const std::string& word : {o.name, o.phase, o.epoch})
    if (word.empty() || word == "." || word == ".." || word.find('/') != word.npos)
      throw Error("--name " + o.name + " --phase " + o.phase + " --epoch " + o.epoch +
                  ": expected words without /");
  const int load = o.load_size ? o.load_size : o.crop_size;
  const Transform transform{.load = load,
                            .crop = o.crop_size,
                            .flip = false,
                            .preprocess = *preprocess_named(o.preprocess),
                            .range = o.range.value()};
  check_sizes(transform);
  transform.check();
  const ChosenDevice device = ReferenceOptions::device_of(app, o.device, "translates");
  const bool one = o.model == "test", back = o.model == "cycle_gan", exchanged = o.direction == "BtoA";
  const fs::path root = o.dataroot;
  const std::string first = one ? "G" + o.model_suffix : back ? "G_A" : "G";
  // What is called A are the pictures that the first generator takes.
  std::vector<Side> sides;
  sides.push_back({picture_files(one ? root : root / (o.phase + (exchanged ? "B" : "A"))),
                   read_translator(weights_of(o, first), device)});
  if (!one) sides.push_back({picture_files(root / (o.phase + (exchanged ? "A" : "B"))), {}});
  if (back) sides[1].translate = read_translator(weights_of(o, "G_B"), device);
  for (const Side& side : sides)
    if (side.found.passed()) complain("test_model", side.found.text());

  const fs::path folder = fs::path(o.results_dir) / o.name / (o.phase + "_" + o.epoch);
  Results results(folder);
  const auto& files = sides[0].found.files;
  std::size_t longest = 0;
  for (const Side& side : sides) longest = std::max(longest, side.found.files.size());
  const std::size_t count = std::min(longest, static_cast<std::size_t>(o.num_test));
  long failed = 0, done = 0;
  std::set<std::string> taken;
  const Interrupt interrupt;
  for (std::size_t k = 0; k < count && !Interrupt::came(); ++k) try {
      std::string stem = files[k % files.size()].stem().string();
      if (!taken.insert(stem).second) stem += "_" + std::to_string(k);  // double.png beside double.jpg
      const auto pair = [&](const Side& side, const char* real, const char* fake, const Side* return_by,
                            const char* rec) {
        const Images<Source> x = prepared(side.found.files[k % side.found.files.size()], transform,
                                          side.translate.channels() ? side.translate : sides[0].translate);
        results.add(stem, real, as<Target>(x));
        if (!fake) return;
        const Images<Target> y = side.translate(x);
        results.add(stem, fake, y);
        if (return_by) results.add(stem, rec, return_by->translate(as<Source>(y)));
      };
      if (one)
        pair(sides[0], "real", "fake", nullptr, "");
      else
        pair(sides[0], "real_A", "fake_B", back ? &sides[1] : nullptr, "rec_A");
      if (!one) pair(sides[1], "real_B", back ? "fake_A" : nullptr, back ? &sides[0] : nullptr, "rec_B");
      ++done;
    } catch (const std::exception& error) {
      complain("test_model", failure_of(files[k % files.size()], error));
      ++failed;
    }
  results.page(printable(o.name));
  std::cout << done << " of " << count << " translated to " << printable(folder.string()) << '\n';
  return Interrupt::came() ? 130 : failed ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine app("Translate the test pictures of a training, as the PyTorch reference's test.py",
                  "test_model");
  TestOptions options(app);
  return run_program(app, argc, argv, [&] {
    ReferenceOptions::check(app, {"unaligned", "single"});
    for (const std::string& line : ReferenceOptions::instead(app)) complain("test_model", line);
    options.device.name = options.reference.device(app, options.device.name);
    return test(options, app);
  });
}
