// Ways to large pictures with a generator that was trained on small ones, on pairs with a true answer: mean absolute
// error in all and where the answer differs from the picture, structural similarity, sharpness (mean length of the
// gradient, over that of the answer) and milliseconds. Settings of each way are those of the least error on the first
// half of the pairs; reported is the second half. As a table of Markdown.
//
//   large_pictures GENERATOR PAIRS SIDE MODELS [SHEET]
//
// GENERATOR: weights, or "truth" for one that never errs; PAIRS: a folder with testA and testB, square pictures under
// the same names, 2, 4 or 8 times SIDE across; MODELS: where large_pictures/fetch.sh has put the networks for super-
// resolution; SHEET: a .png of the first pictures of the second half: picture, answer, and each way.
#include "large_pictures/super_resolution.hpp"
#include "large_pictures/ways.hpp"
#include <guise/data/picture_files.hpp>
#include <guise/data/resize.hpp>
#include <guise/deploy/detail_translator.hpp>
#include <guise/deploy/pretrained.hpp>
#include <guise/io/picture/image_file.hpp>
#include <guise/io/picture/mosaic.hpp>
#include <guise/metrics/mae.hpp>
#include <guise/metrics/ssim.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

using namespace guise;
namespace fs = std::filesystem;

namespace {

struct Source;
struct Target;
using Made = std::function<Images<Target>(const Images<Source>&)>;

template <class Domain> Images<Domain> images(const Field& field) {
  Images<Domain> result{1, field.shape};
  std::ranges::transform(field.values, result.data.begin(), [](float v) { return std::clamp(v, -1.f, 1.f); });
  return result;
}
template <class Domain> Field field(const Images<Domain>& of) {
  Field result{of.shape};
  std::copy_n(of.data.begin(), result.values.size(), result.values.begin());
  return result;
}
Field reduced(const Field& large, int side) {
  Field result{{3, side, side}};
  detail::reduce(
      large.shape, [&](int y, float* row) { std::copy_n(large.at(y, 0), 3 * large.shape.w, row); },
      result.shape, result.values.data());
  return result;
}

double mean_gradient(const Field& f) {
  double sum = 0;
  for (int y = 0; y + 1 < f.shape.h; ++y)
    for (int x = 0; x + 1 < f.shape.w; ++x)
      for (int c = 0; c < 3; ++c)
        sum += std::hypot(f.at(y, x + 1)[c] - f.at(y, x)[c], f.at(y + 1, x)[c] - f.at(y, x)[c]);
  return sum / double(f.values.size());
}
// The mean absolute error, in [0, 1], where the answer differs from the picture by more than two levels.
double error_of_changed(const Field& made, const Field& answer, const Field& picture) {
  double sum = 0;
  Index count = 0;
  for (std::size_t k = 0; k < made.values.size(); ++k)
    if (std::abs(answer.values[k] - picture.values[k]) > 2 / 127.5f)
      sum += std::abs(made.values[k] - answer.values[k]) / 2, ++count;
  return sum / double(std::max<Index>(count, 1));
}

struct Pair {
  Field picture, answer;
};
struct Case {  // of one pair
  const Pair& pair;
  Field small;
  Made generator;

  Field translated(const Field& x) const { return field(generator(images<Source>(x))); }
};
// The change as far as it lies within the mask of the gender swap.
Field within_mask(const Field& picture, Field made) {
  for (int y = 0; y < made.shape.h; ++y)
    for (int x = 0; x < made.shape.w; ++x) {
      const double depth =
          mask_depth((2 * x + 1.) / made.shape.w - 1, (2 * y + 1.) / made.shape.h - 1, Blend{});
      const auto share = static_cast<float>(depth * depth * (3 - 2 * depth));
      for (int c = 0; c < 3; ++c)
        made.at(y, x)[c] = picture.at(y, x)[c] + share * (made.at(y, x)[c] - picture.at(y, x)[c]);
    }
  return made;
}
struct Way {
  std::string name;
  std::vector<double> settings;
  std::function<Field(const Case&, double)> run;
};

std::vector<Way> ways(int side, int scale, const fs::path& models) {
  const auto seen = [](auto way) {  // of a way that needs the small translation
    return [=](const Case& c, double setting) {
      const Field translated = c.translated(c.small);
      return way(Seen{c.pair.picture, c.small, translated}, setting);
    };
  };
  const auto detail = [](int at, double unexplained) {
    return [=](const Case& c, double ridge) {
      const DetailTranslator<Source, Target> translate(
          c.generator, {.side = at, .ridge = ridge, .unexplained = unexplained});
      return field(translate(images<Source>(c.pair.picture)));
    };
  };
  const auto network =
      std::make_shared<super_resolution::Network>(super_resolution::read(models, scale).frozen());
  const auto super = [=](const Seen& of, double) {
    using namespace super_resolution;
    Batch<Small, Cpu> x{1, of.translated.shape, network->backend()};
    std::ranges::transform(of.translated.values, x.data.begin(), [](float v) { return (v + 1) * 127.5f; });
    const Batch<Large, Cpu> y = network->infer(x);
    Field result{y.shape};
    std::transform(y.data.begin(), y.data.end(), result.values.begin(),
                   [](float v) { return v / 127.5f - 1; });
    return result;
  };
  // All of the picture as the crop of a face, as the gender swap blends it.
  const auto swapped = [](const Seen& s) {
    Picture picture = to_picture(images<Source>(s.large));
    const int n = s.small.shape.h, large = s.large.shape.w;
    const std::vector<float> layer = seamless_layer(images<Source>(s.small), images<Target>(s.translated));
    composite(picture, {{large / 2., large / 2.}, double(large), 0}, layer, n);
    return field(to_images<Source>(picture));
  };
  const std::vector<double> ridges{3e-4, 3e-3, 0.03, 0.1};
  return {
      {"the picture, not translated", {0}, [](const Case& c, double) { return c.pair.picture; }},
      {"(a) small, enlarged", {0}, seen([](const Seen& s, double) {
         return enlarged(s.translated, s.large.shape);
       })},
      {"(b) the network at full size",
       {0},
       [](const Case& c, double) { return c.translated(c.pair.picture); }},
      {"(c) change by joint bilateral upsampling", {0.1, 0.2, 0.4}, seen(joint_bilateral)},
      {"(c) guided filter", {1e-4, 1e-3, 1e-2}, seen(guided)},
      {"(d) pyramid, all high bands kept", {0}, seen([](const Seen& s, double) { return all_bands(s); })},
      {"(d) bands kept where the change is small", {0.1, 0.2, 0.4}, seen(bands_of_small_change)},
      {"(d) bands kept where alike (as the lens)", {0}, seen([](const Seen& s, double) {
         return bands_of_the_alike(s);
       })},
      {"(e) super-resolution of the small result", {0}, seen(super)},
      {"local maps of the colours, and all of the change", ridges, detail(side, 1)},
      {"**local maps of the colours** (`--detail`)", ridges, detail(side, 0)},
      {"the same, the network at twice the side", ridges, detail(2 * side, 0)},
      {"the gender swap: mask, seamless, bands kept where alike", {0}, seen([=](const Seen& s, double) {
         return swapped(s);
       })},
      {"local maps, all of the change, within that mask", ridges,
       [=](const Case& c, double ridge) { return within_mask(c.pair.picture, detail(side, 1)(c, ridge)); }},
  };
}

void compare(const fs::path& weights, const fs::path& folder, int side, const fs::path& models,
             const fs::path& sheet) {
  const bool truth = weights == "truth";
  const Made trained = truth ? Made() : Made(read_translator<Source, Target>(weights, Cpu()));
  const std::vector<fs::path> files = picture_files(folder / "testA").files;
  const auto read = [&](std::size_t k) {
    const auto of = [&](const char* part) {
      return field(to_images<Source>(read_picture(folder / part / files[k].filename())));
    };
    return Pair{of("testA"), of("testB")};
  };
  const auto as_case = [&](const Pair& pair) {
    const Made never_errs = [&](const Images<Source>& x) {
      return images<Target>(x.shape == pair.answer.shape ? pair.answer : reduced(pair.answer, x.shape.w));
    };
    return Case{pair, reduced(pair.picture, side), truth ? never_errs : trained};
  };
  if (files.size() < 2) throw Error(folder.string() + ": expected at least two pairs");
  const int scale = read(0).picture.shape.w / side;
  const std::size_t half = files.size() / 2;
  std::vector<Way> all = ways(side, scale, models);
  std::vector<std::vector<double>> errors;
  for (const Way& way : all) errors.emplace_back(way.settings.size());
  for (std::size_t k = 0; k < half; ++k) {
    const Pair pair = read(k);
    const Case of = as_case(pair);
    for (std::size_t w = 0; w < all.size(); ++w)
      for (std::size_t s = 0; s < all[w].settings.size() && all[w].settings.size() > 1; ++s)
        errors[w][s] += mae(images<Target>(all[w].run(of, all[w].settings[s])), images<Target>(pair.answer));
  }
  struct Sum {
    double error = 0, changed = 0, similarity = 0, sharpness = 0, milliseconds = 0;
  };
  std::vector<Sum> sums(all.size());
  std::vector<Picture> cells;
  constexpr std::size_t shown = 2;  // pairs of the sheet
  for (std::size_t k = half; k < files.size(); ++k) {
    const Pair pair = read(k);
    const Case of = as_case(pair);
    const Images<Target> answer = images<Target>(pair.answer);
    if (k < half + shown) cells.push_back(to_picture(answer));
    for (std::size_t w = 0; w < all.size(); ++w) {
      const double setting =
          all[w].settings[std::size_t(std::ranges::min_element(errors[w]) - errors[w].begin())];
      const auto begun = std::chrono::steady_clock::now();
      const Images<Target> made = images<Target>(all[w].run(of, setting));
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
      Sum& sum = sums[w];
      sum.error += mae(made, answer), sum.similarity += ssim(made, answer);
      sum.changed += error_of_changed(field(made), pair.answer, pair.picture);
      sum.sharpness += mean_gradient(field(made)) / mean_gradient(pair.answer);
      sum.milliseconds += took.count();
      if (k < half + shown) cells.push_back(to_picture(made));
    }
  }
  std::printf("%zu pairs, %zu others for the settings, %d from %d pixels\n\n", files.size() - half, half,
              side * scale, side);
  std::printf(
      "| way | setting | error | where changed | SSIM | sharpness | ms |\n|---|---|---|---|---|---|---|\n");
  const double n = double(files.size() - half);
  for (std::size_t w = 0; w < all.size(); ++w) {
    const double setting =
        all[w].settings[std::size_t(std::ranges::min_element(errors[w]) - errors[w].begin())];
    const Sum& sum = sums[w];
    std::printf("| %s | %s | %.4f | %.4f | %.3f | %.2f | %.0f |\n", all[w].name.c_str(),
                all[w].settings.size() > 1 ? std::to_string(setting).c_str() : "", sum.error / n,
                sum.changed / n, sum.similarity / n, sum.sharpness / n, sum.milliseconds / n);
  }
  if (!sheet.empty()) write_picture(sheet, mosaic(cells, static_cast<int>(all.size() + 1)));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 5 || argc > 6) throw Error("usage: large_pictures GENERATOR PAIRS SIDE MODELS [SHEET]");
  compare(argv[1], argv[2], std::atoi(argv[3]), argv[4], argc > 5 ? argv[5] : "");
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
