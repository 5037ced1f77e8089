// evaluate: measures a generator's translations, beside the untouched pictures. With --pairs, where files of the two
// folders share a name, whatever its ending, as pairs: MAE, PSNR, SSIM. As sets, which need no pairs: the sliced
// Wasserstein distance and, where DATAROOT has trainA and trainB to train a classifier of the two domains, the kernel
// distance and the sliced Wasserstein distance over its features, precision and recall by these, and the share of
// translations that it takes for the target domain, each with its error. Pictures have the
// channels that the generator takes and makes; where these differ there is nothing untouched to compare, and no
// classifier. Where the pictures of a pair are equal their PSNR is infinite, and so is the mean; JSON has no such number,
// and leaves it out. A picture that cannot be read or scored is said and left out, and the exit code is 1.
#include "device.hpp"
#include "networks/trainings.hpp"
#include "networks/translators.hpp"
#include "program.hpp"
#include "range_option.hpp"
#include "size_options.hpp"
#include "weights_option.hpp"
#include <guise/data/picture_files.hpp>
#include <guise/metrics/mae.hpp>
#include <guise/metrics/psnr.hpp>
#include <guise/metrics/ssim.hpp>
#include <guise/score/score.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <iomanip>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct PairScores {
  double mae = 0, psnr = 0, ssim = 0;
  void add(const Images<Target>& picture, const Images<Target>& target) {
    mae += guise::mae(picture, target);
    psnr += guise::psnr(picture, target);
    ssim += guise::ssim(picture, target);
  }
};

struct Row {  // of the report
  std::string name;
  PairScores pairs{};
  Scores sets{};
};

struct Options {
  std::string input, target, dataroot, direction = "AtoB";
  WeightsOption weights;
  int load_size = 0, crop_size = 0;
  std::uint64_t seed = 0;
  bool json = false, pairs = false;
  RangeOption range;
  DeviceOptions device;

  explicit Options(CommandLine& app) {
    weights.add_weights(app, "a generator's .safetensors or .pth file, or a training's folder").required();
    app.add_option("--input", input, "a folder of pictures; else DATAROOT's testA");
    app.add_option("--target", target, "a folder of what they should become; else DATAROOT's testB");
    app.add_option("--dataroot", dataroot, "folder that holds trainA and trainB, which train the classifier");
    app.add_option("--direction", direction, "of the translation: BtoA swaps A and B")
        .check(one_of({"AtoB", "BtoA"}))
        .show_default();
    app.add_option("--crop_size", crop_size, "side at which sets are compared; 0: width of the first target")
        .check(whole_in(0, 1 << 13));
    app.add_option("--load_size", load_size,
                   "side of what the classifier's crops are taken from; 0: the same")
        .check(whole_in(0, 1 << 13));
    app.add_option("--seed", seed, "of the classifier and of all that is drawn")
        .check(whole_in(0))
        .show_default();
    range.add_to(app);
    device.add_to(app);
    app.add_flag("--pairs", pairs, "pictures of one name are pairs: MAE, PSNR, SSIM");
    app.add_flag("--json", json, "print JSON");
  }

  bool to_b() const { return direction == "AtoB"; }
  void complete() {
    if (dataroot.empty() && (input.empty() || target.empty()))
      throw Error("expected --input and --target, or --dataroot with testA and testB");
    if (input.empty()) input = fs::path(dataroot) / (to_b() ? "testA" : "testB");
    if (target.empty()) target = fs::path(dataroot) / (to_b() ? "testB" : "testA");
    if (crop_size == 0) {
      const fs::path first = picture_files(target).files.front();
      crop_size = read_raster(first).width;
      if (crop_size < 7)
        throw Error(first.string() + ": a width of " + std::to_string(crop_size) +
                    ": expected at least 7, or the side at which sets are compared as --crop_size");
    }
    if (load_size == 0) load_size = crop_size;
  }
};

struct Report {
  int pairs = 0, failed = 0;
  std::vector<Row> rows{{"untouched"}, {"translated"}};
  std::optional<double> accuracy;  // of the classifier, on untouched pictures of both domains
};

Report evaluate(const Options& o, const ChosenDevice& device) {
  Report report;
  PairScores &untouched = report.rows[0].pairs, &translated = report.rows[1].pairs;
  const auto fails = [&](const fs::path& file, const std::exception& error) {
    complain("evaluate", failure_of(file, error));
    ++report.failed;
  };
  const PictureFiles inputs = picture_files(o.input), targets_found = picture_files(o.target);
  for (const PictureFiles* found : {&inputs, &targets_found})
    if (found->passed()) complain("evaluate", found->text());
  const int side = o.crop_size;
  const int most = narrow<int>(inputs.files.size(), o.input + ": pictures");
  const GeneratorFile weights = o.weights.file_of(o.direction);
  const auto translate = read_translator(weights, device);
  RangeOption range_option = o.range;
  range_option.take_from(weights.path);
  const std::optional<Range> range = range_option.value();
  const int channels = translate.channels() ? translate.channels() : rgb_channels,
            channels_made = translate.channels() ? translate.channels_made() : channels;
  const bool comparable = channels == channels_made;
  Images<Target> sets[2]{{most, {channels, side, side}}, {most, {channels_made, side, side}}};
  int count = 0;
  const auto read = [&]<class Domain>(const fs::path& file, int c) {
    const Raster picture = fitted(read_raster(file, numbers_for(range.has_value())), c, file.string());
    return std::pair{to_images<Domain>(picture, range, file.string()), picture.depth};
  };
  for (const fs::path& file : inputs.files) try {
      const auto [from, depth] = read.template operator()<Source>(file, channels);
      const auto made = translate(from);
      const auto at_side = [&](const auto& image, Images<Target>& set) {
        write_sample(resized(to_raster(image, depth, range), side, side), range, set, count, file.string());
      };
      at_side(from, sets[0]);
      at_side(made, sets[1]);
      ++count;
      const fs::path twin = o.pairs ? targets_found.twin(file) : fs::path();
      if (twin.empty()) continue;
      const auto to = read.template operator()<Target>(twin, channels_made).first;
      if (from.shape.h != to.shape.h || from.shape.w != to.shape.w)
        throw Error(twin.string() + ": expected the size of " + file.string() + " (" +
                    std::to_string(from.shape.w) + "x" + std::to_string(from.shape.h) + "), found " +
                    std::to_string(to.shape.w) + "x" + std::to_string(to.shape.h));
      translated.add(made, to);
      if (comparable) untouched.add(as<Target>(from), to);
      ++report.pairs;
    } catch (const std::exception& error) { fails(file, error); }
  if (count == 0) throw Error(o.input + ": none of its pictures can be read");
  for (auto& set : sets) set = first_of(set, count);
  for (PairScores* s : {&untouched, &translated})
    if (report.pairs) *s = {s->mae / report.pairs, s->psnr / report.pairs, s->ssim / report.pairs};

  std::optional<AnyClassifier<A, B>> classifier;
  if (!o.dataroot.empty() && comparable) {
    const Transform load{.load = o.load_size, .crop = side, .channels = channels, .range = range};
    check_sizes(load);
    classifier =
        train_classifier(ImageFolder<A>(fs::path(o.dataroot) / "trainA", load),
                         ImageFolder<B>(fs::path(o.dataroot) / "trainB", load), device, {.seed = o.seed});
  }
  const auto targets = read_images<Target>(o.target, {channels_made, side, side}, range, SIZE_MAX, fails);
  const auto score_as = [&]<class To, class From>() {
    const auto real = as<To>(targets);
    for (std::size_t k = comparable ? 0 : 1; k < 2; ++k)
      report.rows[k].sets = score(as<To>(sets[k]), real, classifier ? &*classifier : nullptr, o.seed);
    if (classifier) report.accuracy = (classifier->share(real) + classifier->share(as<From>(sets[0]))) / 2;
  };
  o.to_b() ? score_as.template operator()<B, A>() : score_as.template operator()<A, B>();
  if (!comparable) report.rows.erase(report.rows.begin());
  return report;
}

// Without a classifier there is one score, and nothing overall.
std::vector<std::pair<std::string, Estimate>> scores_of(const Row& row) {
  auto all = estimates(row.sets);
  if (!row.sets.swd_classifier)
    std::erase_if(all, [](const auto& score) { return score.first == ScoreRow::overall; });
  return all;
}

nlohmann::json as_json(const Report& report) {
  nlohmann::json json{{"pairs", report.pairs}};
  if (report.failed) json["failed"] = report.failed;
  if (report.accuracy) json["classifier_accuracy"] = *report.accuracy;
  for (const Row& row : report.rows) {
    auto& values = json[row.name];
    if (report.pairs) values = {{"mae", row.pairs.mae}, {"ssim", row.pairs.ssim}};
    if (report.pairs && std::isfinite(row.pairs.psnr)) values["psnr"] = row.pairs.psnr;
    for (const auto& level : row.sets.swd.levels) values["swd_levels"].push_back(level.distance);
    for (const auto& [name, score] : scores_of(row))
      for (const auto& [end, number] :
           {std::pair{"", score.value}, {"_error", score.error}, {"_low", score.low}, {"_high", score.high}})
        if (std::isfinite(number)) values[name + end] = number;
  }
  return json;
}

void print(const Report& report) {
  const auto cell = [](int width, int digits, double value) {
    std::cout << std::fixed << std::setprecision(digits) << std::setw(width);
    if (std::isnan(value))
      std::cout << '-';
    else
      std::cout << value;
  };
  if (report.pairs) {
    std::cout << report.pairs << " pairs        MAE     PSNR     SSIM\n";
    for (const Row& row : report.rows) {
      std::cout << std::left << std::setw(10) << row.name << std::right;
      cell(10, 4, row.pairs.mae), cell(9, 2, row.pairs.psnr), cell(9, 4, row.pairs.ssim);
      std::cout << '\n';
    }
    if (report.rows.size() == 2) {
      std::cout << "translated / untouched MAE ";
      cell(0, 3, report.rows[1].pairs.mae / report.rows[0].pairs.mae);
      std::cout << '\n';
    }
  }
  std::cout << "as sets  SWD mean";
  for (const auto& level : report.rows.back().sets.swd.levels)
    std::cout << std::setw(9) << std::to_string(level.width) + "x" + std::to_string(level.height);
  std::cout << (report.accuracy ? "      KID    error  taken for target\n" : "\n");
  for (const Row& row : report.rows) {
    std::cout << std::left << std::setw(10) << row.name << std::right;
    cell(7, 4, row.sets.swd.mean);
    for (const auto& level : row.sets.swd.levels) cell(9, 4, level.distance);
    if (report.accuracy) {
      cell(9, 4, row.sets.kid ? row.sets.kid->value : NAN),
          cell(9, 4, row.sets.kid ? row.sets.kid->error : NAN);
      cell(15, 1, row.sets.share ? 100 * *row.sets.share : NAN), std::cout << " %";
    }
    std::cout << '\n';
  }
  std::cout << "with errors   ";
  for (const Row& row : report.rows) std::cout << std::setw(22) << row.name;
  std::cout << '\n';
  const auto first = scores_of(report.rows.front());
  for (std::size_t k = 0; k < first.size(); ++k) {
    std::cout << std::left << std::setw(14) << first[k].first << std::right;
    for (const Row& row : report.rows) {
      const Estimate score = scores_of(row)[k].second;
      cell(11, 4, score.value), std::cout << " +-", cell(8, 4, score.error);
    }
    std::cout << '\n';
  }
  if (report.accuracy) {
    std::cout << "of the untouched pictures of both domains the classifier knows ";
    cell(0, 1, 100 * *report.accuracy);
    std::cout << " %\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine app(
      "Score a generator: MAE in [0, 1], PSNR in dB and SSIM on pairs; SWD, KID and a classifier on sets",
      "evaluate");
  Options options(app);
  return run_program(app, argc, argv, [&] {
    const ChosenDevice device = device_of(options.device);
    options.complete();
    const Report report = evaluate(options, device);
    if (options.json)
      std::cout << as_json(report) << '\n';
    else
      print(report);
    if (report.failed)
      complain("evaluate",
               counted(static_cast<std::size_t>(report.failed), "file") + " left out, as said above");
    return report.failed ? 1 : 0;
  });
}
