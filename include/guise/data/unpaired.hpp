// One epoch of pictures from two domains, in batches: `for (auto [a, b] : unpaired(men, women, {.seed =
// 7}))`. As the PyTorch reference's unaligned dataset: an epoch is as long as the longer side, A comes in a
// shuffled order (again from its start where it is the shorter side), B is drawn independently, and the last
// batch may be smaller.
//
// What is drawn is a function of seed, epoch and position alone: the same pictures whatever the number of
// workers, and training resumes in the middle of an epoch with `start`, in batches. Worker threads decode
// ahead, at most `workers` + 1 batches beyond the one in use; with none, each batch is read when it is asked
// for. A file that cannot be read throws its Error where its batch is due. Leaving the loop early joins the
// workers. begin() may be called again, and starts over.
//
// Batches are Images, or with `unpaired<RandomCrops>` the random crops of which a device makes the same pictures.
#pragma once
#include <guise/core/batch.hpp>
#include <guise/core/error.hpp>
#include <guise/core/random.hpp>
#include <guise/data/image_folder.hpp>
#include <guise/data/transform.hpp>
#include <guise/io/picture/image_file.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace guise {

struct UnpairedOptions {
  int batch = 1;
  std::uint64_t seed = 0;
  int epoch = 0;
  std::size_t start = 0;  // batches of this epoch to leave out
  int workers = 2;
};

template <class A, class B, template <class> class Pictures = Images> class Unpaired {
 public:
  using value_type = std::pair<Pictures<A>, Pictures<B>>;

 private:
  struct Plan {  // says what each batch is; many threads may ask
    ImageFolder<A> a;
    ImageFolder<B> b;
    UnpairedOptions options;
    std::vector<std::size_t> order;

    Random random(std::uint64_t position) const {
      // Small stream numbers are for others who use the same seed.
      return Random(options.seed, (static_cast<std::uint64_t>(options.epoch) + 1) << 32 | position);
    }
    std::size_t batches() const {
      const auto batch = static_cast<std::size_t>(options.batch);
      return (order.size() + batch - 1) / batch;
    }
    template <class P> static P empty(int n, const Transform& t) {
      if constexpr (requires { &P::crops; })
        return P{n, t.load, t.crop};
      else
        return P{n, {3, t.crop, t.crop}};
    }
    value_type load(std::size_t batch) const {
      const std::size_t size = static_cast<std::size_t>(options.batch), first = batch * size;
      const int n = static_cast<int>(std::min(size, order.size() - first));
      value_type pair{empty<Pictures<A>>(n, a.transform()), empty<Pictures<B>>(n, b.transform())};
      for (int k = 0; k < n; ++k) {
        const std::size_t position = first + static_cast<std::size_t>(k);
        Random chance = random(position);
        const std::size_t from_a = order[position] % a.size(), from_b = chance.below(b.size());
        const Crop crop_a = random_crop(a.transform(), chance), crop_b = random_crop(b.transform(), chance);
        place(read_picture(a.file(from_a)), a.transform(), crop_a, pair.first, k);
        place(read_picture(b.file(from_b)), b.transform(), crop_b, pair.second, k);
      }
      return pair;
    }
  };

  class Loader {  // delivers the plan's batches in order
   public:
    explicit Loader(std::shared_ptr<const Plan> plan)
        : plan_(std::move(plan)), taken_(plan_->options.start), given_(taken_) {
      for (int k = 0; k < plan_->options.workers; ++k)
        workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
    // Workers are joined first, being the last member.

    bool done() const { return given_ >= plan_->batches(); }
    value_type next() {
      if (workers_.empty()) return plan_->load(given_++);
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ready_.contains(given_); });
      auto result = std::move(ready_.extract(given_++).mapped());
      lock.unlock();
      changed_.notify_all();
      if (result.error) std::rethrow_exception(result.error);
      return std::move(*result.pair);
    }

   private:
    struct Result {
      std::optional<value_type> pair;
      std::exception_ptr error;
    };

    void work(const std::stop_token& stop) {
      const std::size_t end = plan_->batches(), ahead = static_cast<std::size_t>(plan_->options.workers) + 1;
      std::unique_lock lock(mutex_);
      while (changed_.wait(lock, stop, [&] { return taken_ >= end || taken_ < given_ + ahead; }) &&
             taken_ < end && !stop.stop_requested()) {
        const std::size_t batch = taken_++;
        lock.unlock();
        Result result;
        try {
          result.pair = plan_->load(batch);
        } catch (...) { result.error = std::current_exception(); }
        lock.lock();
        ready_.emplace(batch, std::move(result));
        changed_.notify_all();
      }
    }

    std::shared_ptr<const Plan> plan_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::size_t, Result> ready_;
    std::size_t taken_, given_;  // the batches that the next worker and the consumer will have
    std::vector<std::jthread> workers_;
  };

 public:
  class Iterator {
   public:
    using value_type = Unpaired::value_type;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    explicit Iterator(std::shared_ptr<const Plan> plan) : loader_(std::make_unique<Loader>(std::move(plan))) {
      ++*this;
    }
    value_type&& operator*() const { return std::move(*current_); }  // a batch is taken once
    Iterator& operator++() {
      current_.reset();
      if (loader_->done())
        ended_ = true;
      else
        current_ = loader_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return ended_; }

   private:
    std::unique_ptr<Loader> loader_;
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
    for (std::size_t k = 0; k < plan->order.size(); ++k) {  // shuffled while it is filled
      const std::size_t place = random.below(k + 1);
      plan->order[k] = plan->order[place];
      plan->order[place] = k;
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
    const auto folder = [](const auto& pictures) {
      const Transform& t = pictures.transform();
      return std::to_string(pictures.size()) + " pictures (load " + std::to_string(t.load) + ", crop " +
             std::to_string(t.crop) + (t.flip ? ", flipped)" : ")");
    };
    return folder(plan_->a) + " and " + folder(plan_->b) + ", seed " + std::to_string(plan_->options.seed) +
           ", batches of " + std::to_string(batch());
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
