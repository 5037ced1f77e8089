// Unpaired is one epoch of pictures from two domains, as a range of batches:
//
//   for (auto [a, b] : unpaired(men, women, {.seed = 7}))
//
// It follows the unaligned data set of the PyTorch reference: an epoch is as long as the larger folder, A
// comes in shuffled order (and starts again where it is the smaller folder), B is drawn independently, and
// the last batch may be smaller. The pictures of a batch have one size: where they are not cropped, and are not of
// one size, a batch of more than 1 throws Error.
//
// With `serial`, as the reference's --serial_batches, nothing is shuffled or drawn but flips and crops. What is drawn is a function of seed, epoch and position alone. The pictures are therefore the same for any
// number of workers, and a training is resumed in the middle of an epoch by `start`. Worker threads decode
// ahead, at most `workers` + 1 batches beyond the one in use; without workers each batch is read when it is
// asked for. A file that cannot be read or prepared throws its Error when its batch is asked for. Leaving the loop early
// joins the workers. begin() may be called again, and starts from the beginning.
//
// Batches are Images, or with `unpaired<RandomCrops>` the loaded bytes, of which a device makes the same
// pictures.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/index.hpp>
#include <guise/core/random.hpp>
#include <guise/data/detail/prefetcher.hpp>
#include <guise/data/fingerprint.hpp>
#include <guise/data/image_folder.hpp>
#include <guise/data/transform.hpp>
#include <guise/io/picture/image_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace guise {

struct UnpairedOptions {
  int batch = 1;  // pictures of each domain
  std::uint64_t seed = 0;
  int epoch = 0;
  std::size_t start = 0;  // batches of this epoch to leave out
  int workers = 2;
  bool serial = false;  // in order, and B's pictures beside A's of the same place
};

template <class A, class B, template <class> class Pictures = Images> class Unpaired {
 public:
  using value_type = std::pair<Pictures<A>, Pictures<B>>;

 private:
  struct Plan {  // what each batch consists of; never changes, so that many threads may use it
    ImageFolder<A> a;
    ImageFolder<B> b;
    UnpairedOptions options;
    std::vector<Index> order;  // of A

    Random random(std::uint64_t position) const {
      // Small stream numbers are left to others who use the same seed.
      return Random(options.seed, (static_cast<std::uint64_t>(options.epoch) + 1) << 32 | position);
    }
    Index batches() const { return (std::ssize(order) + options.batch - 1) / options.batch; }
    value_type load(Index batch) const {
      const Index first = batch * options.batch;
      const int n = static_cast<int>(std::min<Index>(options.batch, std::ssize(order) - first));
      value_type pair{};
      for (int k = 0; k < n; ++k) {
        const Index position = first + k;
        Random chance = random(position);
        const std::size_t from_a = order[position] % a.size(),
                          from_b = options.serial ? position % b.size() : chance.below(b.size());
        // What is drawn of A, and then of B, may depend on the size of the picture.
        load(a, from_a, chance, pair.first, n, k);
        load(b, from_b, chance, pair.second, n, k);
      }
      return pair;
    }

   private:
    // Picture `which` of a folder becomes sample k of a batch of n, which has the shape of its first picture.
    template <class Domain>
    static void load(const ImageFolder<Domain>& from, std::size_t which, Random& chance,
                     Pictures<Domain>& batch, int n, int k) {
      const Transform& transform = from.transform();
      const std::string name = from.file(which).string();
      const Raster picture = from.load(which);
      const PictureSize size{picture.width, picture.height}, taken = transform.taken(size);
      const Crop at = random_crop(transform, size, chance);
      if (k == 0) {
        batch = empty<Pictures<Domain>>(n, transform, {picture.channels, taken.height, taken.width});
      } else if constexpr (requires { batch.shape; }) {
        if (const PictureSize others{batch.shape.w, batch.shape.h}; taken != others)
          throw Error(name + ": loaded as " + taken.text() + " in a batch of " + std::to_string(n) +
                      " whose first is " + others.text() +
                      ": expected pictures of one size, a batch of 1, or a preprocess that crops");
      }
      write_sample(picture, transform, at, batch, k, name);
    }
    template <class P> static P empty(int n, const Transform& t, Shape shape) {
      if constexpr (requires { &P::crops; })
        return P{n, t.load, t.crop};
      else
        return P{n, shape};
    }
  };

 public:
  class Iterator {
   public:
    using value_type = Unpaired::value_type;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    explicit Iterator(const std::shared_ptr<const Plan>& plan)
        : batches_(std::make_unique<detail::Prefetcher<value_type>>(
              [plan](Index batch) { return plan->load(batch); },
              std::min<std::size_t>(plan->options.start, plan->batches()), plan->batches(),
              plan->options.workers)) {
      ++*this;
    }
    value_type&& operator*() const { return std::move(*current_); }  // a batch may be taken once
    Iterator& operator++() {
      current_.reset();
      if (batches_->done())
        ended_ = true;
      else
        current_ = batches_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return ended_; }

   private:
    std::unique_ptr<detail::Prefetcher<value_type>> batches_;
    mutable std::optional<value_type> current_;
    bool ended_ = false;
  };

  Unpaired(ImageFolder<A> a, ImageFolder<B> b, UnpairedOptions options) {
    if (options.batch < 1 || options.epoch < 0 || options.workers < 0)
      throw Error("batch of " + std::to_string(options.batch) + ", epoch " + std::to_string(options.epoch) +
                  ", " + std::to_string(options.workers) +
                  " workers: expected a batch of at least 1 and nothing negative");
    auto plan = std::make_shared<Plan>(Plan{std::move(a), std::move(b), options, {}});
    plan->order.resize(std::max(plan->a.size(), plan->b.size()));
    Random random = plan->random(UINT32_MAX);
    if (options.serial) std::iota(plan->order.begin(), plan->order.end(), Index{0});
    for (Index k = 0; !options.serial && k < std::ssize(plan->order); ++k) {  // shuffled while it is filled
      const std::uint64_t other = random.below(k + 1);
      plan->order[k] = plan->order[other];
      plan->order[other] = k;
    }
    plan_ = std::move(plan);
  }

  std::size_t batches() const { return plan_->batches(); }  // of the whole epoch, whatever `start`

  // As the data of a loop of training (guise/train/loop.hpp).
  std::size_t size() const { return plan_->order.size(); }  // pictures of an epoch
  int batch() const { return plan_->options.batch; }
  Unpaired epoch(int number, std::size_t start) const {
    UnpairedOptions options = plan_->options;
    options.epoch = number, options.start = start;
    return {plan_->a, plan_->b, options};
  }
  std::string text() const {  // what must be as it was when a training is resumed
    return plan_->a.transform().text() + " and " + plan_->b.transform().text() + ", seed " +
           std::to_string(plan_->options.seed) + (plan_->options.serial ? ", serial" : "");
  }
  // What may be another when a training is resumed, and is then told: each folder's pictures.
  std::vector<std::string> pictures() const {
    const auto folder = [](const PictureFiles& found) {
      return counted(found.files.size(), "picture") + " (" + fingerprint(found.files).text() + ")";
    };
    return {folder(plan_->a.found()), folder(plan_->b.found())};
  }
  Iterator begin() const { return Iterator(plan_); }
  std::default_sentinel_t end() const { return {}; }

 private:
  std::shared_ptr<const Plan> plan_;
};

template <template <class> class Pictures = Images, class A, class B>
Unpaired<A, B, Pictures> unpaired(const ImageFolder<A>& a, const ImageFolder<B>& b,
                                  UnpairedOptions options = {}) {
  return {a, b, options};
}

}  // namespace guise
