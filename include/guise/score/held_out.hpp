// HeldOut is what a training keeps of two folders, DATAROOT/valA and valB or testA and testB, to be scored by
// (score/score.hpp). The pictures are prepared as those of the training, without chance: where it crops, all of a picture that the crop can show, from its
// middle, and nothing is flipped. Where it does not crop, each is translated in its own size, and all are compared as
// crop x crop. Domains of other channels have no classifier, and no kernel distance or share. A picture that cannot be
// read is told to `failed` and left out; without that, and where a folder cannot be read, Error is thrown.
#pragma once
#include <guise/score/score.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace guise {

namespace detail {

template <class Domain> struct HeldOutPictures {
  Images<Domain> compared;         // of one size
  std::vector<Raster> translated;  // of their own sizes; none: those that are compared
  std::optional<Range> range;

  HeldOutPictures(const std::filesystem::path& folder, const Transform& training, std::size_t most,
                  const FailedPicture& failed)
      : range(training.range) {
    const Transform transform = training.held_out();
    const auto files = evenly(picture_files(folder).files, most);
    const int side = transform.crop;
    compared =
        read_each<Domain>(folder, files, {transform.channels, side, side}, failed,
                          [&](const std::filesystem::path& file, Images<Domain>& all, int index) {
                            const Raster picture = load_picture(file, transform);
                            if (transform.crops()) {
                              const Crop middle = middle_crop(transform, {picture.width, picture.height});
                              write_sample(picture, transform, middle, all, index, file.string());
                            } else {
                              write_sample(resized(picture, side, side), range, all, index, file.string());
                              translated.push_back(picture);
                            }
                          });
  }

  // To the size in which they are compared.
  template <class To, class Translate> Images<To> through(const Translate& translate) const {
    if (translated.empty()) return guise::translated<To>(compared, translate);
    constexpr Range unit{-1, 1};
    Images<To> all{};
    for (std::size_t k = 0; k < translated.size(); ++k) {
      const Images<To> made = translate(to_images<Domain>(translated[k], range));
      if (k == 0) all = {compared.n, {made.shape.c, compared.shape.h, compared.shape.w}};
      const Raster picture = to_raster(made, Depth::float32, unit);
      write_sample(resized(picture, all.shape.w, all.shape.h), unit, all, static_cast<int>(k));
    }
    return all;
  }
};

}  // namespace detail

// One number of a training's scores, of which less is better: the sliced Wasserstein distance, the mean over directions.
inline double mean_score(const std::vector<ScoreRow>& rows) {
  double sum = 0;
  for (const ScoreRow& row : rows) sum += row.scores.front().second;
  return sum / static_cast<double>(rows.size());
}

template <class A, class B> class HeldOut {
 public:
  // Nothing where one of the folders is not there.
  template <class Device>
  static std::optional<HeldOut> in(const std::filesystem::path& a, const std::filesystem::path& b,
                                   const ImageFolder<A>& train_a, const ImageFolder<B>& train_b,
                                   const Device& device, ClassifierOptions options = {},
                                   const FailedPicture& failed = {}) {
    if (!std::filesystem::is_directory(a) || !std::filesystem::is_directory(b)) return {};
    const Transform &of_a = train_a.transform(), &of_b = train_b.transform();
    std::function<AnyClassifier<A, B>()> learn;
    if (of_a.channels == of_b.channels)
      learn = [=] {
        return train_classifier(train_a.with(in_squares(train_a.transform())),
                                train_b.with(in_squares(train_b.transform())), device, options);
      };
    return HeldOut{{a, of_a, most, failed}, {b, of_b, most, failed}, options.seed, std::move(learn)};
  }

  // f(direction, scores) for "AtoB" and "BtoA", translated by these.
  template <class ToB, class ToA, class F> void score(const ToB& to_b, const ToA& to_a, F f) {
    f("AtoB", guise::score(a_.template through<B>(to_b), b_.compared, classifier(), seed_));
    f("BtoA", guise::score(b_.template through<A>(to_a), a_.compared, classifier(), seed_));
  }
  // Of one direction alone.
  template <class ToB> std::vector<ScoreRow> rows(const ToB& to_b) {
    return {score_row("AtoB", guise::score(a_.template through<B>(to_b), b_.compared, classifier(), seed_))};
  }
  template <class ToB, class ToA> std::vector<ScoreRow> rows(const ToB& to_b, const ToA& to_a) {
    std::vector<ScoreRow> all;
    score(to_b, to_a,
          [&](const char* direction, const Scores& s) { all.push_back(score_row(direction, s)); });
    return all;
  }
  // The share of untouched held-out pictures that the classifier takes for what they are; after a score.
  double accuracy() const {
    return classifier_ ? (classifier_->share(a_.compared) + classifier_->share(b_.compared)) / 2 : 0;
  }

  static constexpr std::size_t most = 256;  // pictures of each folder

 private:
  HeldOut(detail::HeldOutPictures<A> a, detail::HeldOutPictures<B> b, std::uint64_t seed,
          std::function<AnyClassifier<A, B>()> learn)
      : a_(std::move(a)), b_(std::move(b)), seed_(seed), learn_(std::move(learn)) {}

  // Learnt when it is first asked for; null where there is none.
  const AnyClassifier<A, B>* classifier() {
    if (!classifier_ && learn_) classifier_ = learn_();
    return classifier_ ? &*classifier_ : nullptr;
  }
  // A classifier learns from batches, and from pictures as they are compared.
  static Transform in_squares(Transform training) {
    if (training.crops()) return training;
    training.preprocess = Preprocess::resize_and_crop;
    training.load = std::max(training.load, training.crop);
    return training;
  }

  detail::HeldOutPictures<A> a_;
  detail::HeldOutPictures<B> b_;
  std::uint64_t seed_;
  std::function<AnyClassifier<A, B>()> learn_;
  std::optional<AnyClassifier<A, B>> classifier_;
};

}  // namespace guise
