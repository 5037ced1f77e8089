// How far a training has got, by pictures that it never saw: held-out pictures of A are translated and
// compared as a set with held-out pictures of B, none of which needs a partner.
//
//   swd             sliced Wasserstein distance of patches (guise/metrics/sliced_wasserstein.hpp), the mean over levels
//   swd_classifier  the same of the features of a classifier of the two domains
//   swd_random      the same of the features of a network with random weights, which are those of every training
//   kid             kernel distance over the classifier's features
//   precision       the share of translations that lie among the real pictures, by the classifier's features, and
//   recall          the share of real pictures that lie among the translations
//   share           of the translations that this classifier takes for the target domain, 0 to 1
//   overall         the three distances in one, their geometric mean: less is better
//
// Each has its error, NAME_error, from random halves of the pictures (guise/metrics/features.hpp); that of a share of n is
// sqrt(share (1 - share) / n), to which halves come too; that of `overall` is at most what is said. What pictures are too
// few for (4 of each side, 8 for precision and recall) is missing.
//
// The classifier learns from the training folders alone, in a few seconds for 64x64. Pictures, classifier and
// scores are functions of the folders and the seed: the same bits in every run and for any number of threads.
// Throws Error where a folder or picture cannot be read.
#pragma once
#include <guise/data/image_folder.hpp>
#include <guise/data/unpaired.hpp>
#include <guise/metrics/kernel_distance.hpp>
#include <guise/metrics/precision_recall.hpp>
#include <guise/metrics/sliced_wasserstein.hpp>
#include <guise/score/domain_classifier.hpp>
#include <guise/score/scores.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace guise {

// The first `n` of a batch.
template <class Domain> Images<Domain> first_of(const Images<Domain>& all, int n) {
  Images<Domain> some{n, all.shape};
  std::copy_n(all.data.begin(), some.data.size(), some.data.begin());
  return some;
}

// So many of these files, evenly by name, where there are more.
inline std::vector<std::filesystem::path> evenly(const std::vector<std::filesystem::path>& files,
                                                 std::size_t most) {
  const std::size_t count = std::min(files.size(), most);
  std::vector<std::filesystem::path> some;
  for (std::size_t k = 0; k < count; ++k) some.push_back(files[k * files.size() / count]);
  return some;
}

// These pictures of a folder in one batch of this shape: read(file, batch, index) makes each a sample. One that cannot be
// read is told to `failed` and left out, as long as one is left; without it, its Error is thrown.
using FailedPicture = std::function<void(const std::filesystem::path&, const std::exception&)>;
template <class Domain, class Read>
Images<Domain> read_each(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& files,
                         Shape shape, const FailedPicture& failed, Read read) {
  Images<Domain> all{.n = narrow<int>(files.size(), folder.string() + ": pictures"), .shape = shape};
  int count = 0;
  for (const auto& file : files) try {
      read(file, all, count);
      ++count;
    } catch (const std::exception& error) {
      if (!failed) throw;
      failed(file, error);
    }
  if (count == 0) throw Error(folder.string() + ": none of its pictures can be read");
  if (count < all.n) return first_of(all, count);
  return all;
}

// The pictures of a folder in one batch, all of this shape; of more than `most`, so many, evenly by name. `range` is what
// becomes -1 and 1, where it is not that of the file's depth.
template <class Domain>
Images<Domain> read_images(const std::filesystem::path& folder, Shape shape, std::optional<Range> range = {},
                           std::size_t most = SIZE_MAX, const FailedPicture& failed = {}) {
  const auto files = evenly(picture_files(folder).files, most);
  return read_each<Domain>(
      folder, files, shape, failed, [&](const std::filesystem::path& file, Images<Domain>& all, int index) {
        const Raster picture =
            fitted(read_raster(file, numbers_for(range.has_value())), shape.c, file.string());
        write_sample(resized(picture, shape.w, shape.h), range, all, index, file.string());
      });
}

// Every picture by itself, so that memory does not grow with their number. `translate`: a Translator.
template <class To, class From, class Translate>
Images<To> translated(const Images<From>& pictures, const Translate& translate) {
  check_batch(pictures);
  Images<To> all{};
  const std::size_t floats = pictures.shape.floats();
  for (std::size_t k = 0; k < static_cast<std::size_t>(pictures.n); ++k) {
    Images<From> one{1, pictures.shape};
    std::copy_n(pictures.data.begin() + k * floats, floats, one.data.begin());
    const Images<To> made = translate(one);
    const Shape expected{k ? all.shape.c : made.shape.c, pictures.shape.h, pictures.shape.w};
    if (made.n != 1 || made.shape != expected)
      throw Error("a translation with " + std::to_string(made.shape.c) + " channels of " +
                  std::to_string(made.shape.h) + "x" + std::to_string(made.shape.w) + ": expected " +
                  std::to_string(expected.c) + " of " + std::to_string(expected.h) + "x" +
                  std::to_string(expected.w));
    if (k == 0) all = {pictures.n, expected};
    std::ranges::copy(made.data, all.data.begin() + k * all.shape.floats());
  }
  return all;
}

struct ClassifierOptions {
  std::uint64_t seed = 0;
  int steps = 300, batch = 16;  // so many pictures of each domain a step
  double rate = 2e-3;           // falls to 0
};

// A classifier that has learnt from two folders.
template <class A, class B, class Device>
AnyClassifier<A, B> train_classifier(const ImageFolder<A>& a, const ImageFolder<B>& b, const Device& device,
                                     ClassifierOptions options = {}) {
  DomainClassifier<A, B, Device> classifier(options.seed, device, a.transform().channels);
  for (int epoch = 0, step = 0; step < options.steps; ++epoch)
    for (auto [batch_a, batch_b] :
         unpaired(a, b, {.batch = options.batch, .seed = options.seed, .epoch = epoch})) {
      classifier.step(batch_a, batch_b, options.rate * (1 - step / static_cast<double>(options.steps)));
      if (++step == options.steps) break;
    }
  return AnyClassifier<A, B>(std::move(classifier));
}

// Of a set of translations (or of anything else) beside pictures of its domain; `classifier` may be null.
template <class Domain, class Classifier>
Scores score(const Images<Domain>& translated, const Images<Domain>& real, const Classifier* classifier,
             std::uint64_t seed = 0) {
  Scores scores{.swd = sliced_wasserstein(translated, real, {.seed = seed})};
  if (!classifier) return scores;
  const double share = classifier->share(translated);
  scores.share = share;
  const std::size_t fewest = static_cast<std::size_t>(std::min(translated.n, real.n));
  if (fewest < fewest_features) return scores;
  scores.share_error = std::sqrt(share * (1 - share) / translated.n);
  const Features made = classifier->features(translated), target = classifier->features(real);
  scores.kid = kernel_distance(made, target, {.seed = seed});
  scores.swd_classifier = sliced_wasserstein(made, target, {.seed = seed});
  scores.swd_random = sliced_wasserstein(classifier->random_features(translated),
                                         classifier->random_features(real), {.seed = seed});
  if (const PrecisionRecallOptions options{.seed = seed}; fewest >= options.fewest()) {
    const auto [precision, recall] = precision_recall(made, target, options);
    scores.precision = precision, scores.recall = recall;
  }
  return scores;
}

}  // namespace guise
