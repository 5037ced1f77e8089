// Internal: the folder of one training. A TrainingPlace makes it, keeps other trainings out of it while it lives (by a
// lock on the folder, which ends with the program whatever ends it), removes what killed ones left half-written, and
// tells whether an older training is there, whose files a new one would replace. Throws Error where the folder cannot
// be made, or another training writes there.
#pragma once
#include <guise/core/error.hpp>
#include <guise/io/bytes/atomic_file.hpp>
#include <guise/train/checkpoint.hpp>
#include <guise/train/state.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace guise::detail {

class TrainingPlace {
 public:
  explicit TrainingPlace(const std::filesystem::path& folder) : folder_(folder) {
    make_folder(images());
    lock_ = open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock_ >= 0 && flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      close(std::exchange(lock_, -1));
      throw Error(folder_.string() +
                  ": another training is writing here: expected another name, or that it has ended");
    }
    for (const auto& each : {folder_, folder_ / "web", images()}) remove_unfinished(each);
  }
  TrainingPlace(const TrainingPlace&) = delete;
  TrainingPlace& operator=(const TrainingPlace&) = delete;
  ~TrainingPlace() {
    if (lock_ >= 0) close(lock_);
  }

  // What is there of an older training that has done something, in words; empty where nothing is.
  std::string older(const State& state) const {
    const auto last = folder_ / "checkpoint.safetensors",
               previous = folder_ / "checkpoint_previous.safetensors";
    bool damaged = false;
    for (const auto& path : {last, previous}) try {
        if (!std::filesystem::exists(path)) continue;
        const auto notes = read_metadata(path);
        const auto steps = notes.find("steps");
        if (steps == notes.end()) throw Error("none");
        if (steps->second != "0") return "a training of " + steps->second + " steps";
        if (!damaged) return "";  // one that never did a step
      } catch (const Error&) { damaged = true; }
    const bool networks = !damaged && !std::filesystem::exists(last) && !of_networks(state, false).empty();
    return damaged ? "a training with a damaged checkpoint" : networks ? "networks without a checkpoint" : "";
  }
  // The networks of an older training that stayed, its best and those under the numbers of its epochs, and its event files.
  void remove_older(const State& state) const {
    std::error_code ignored;
    for (const auto& path : of_networks(state, true)) std::filesystem::remove(path, ignored);
    for (const auto& path : files())
      if (path.filename().string().starts_with("events.out.tfevents."))
        std::filesystem::remove(path, ignored);
  }

 private:
  std::filesystem::path images() const { return folder_ / "web" / "images"; }
  std::vector<std::filesystem::path> files() const {
    std::error_code code;
    std::vector<std::filesystem::path> found;
    for (std::filesystem::directory_iterator entry(folder_, code), end; !code && entry != end;
         entry.increment(code))
      found.push_back(entry->path());
    return found;
  }
  std::vector<std::filesystem::path> of_networks(const State& state, bool only_stayed) const {
    std::vector<std::filesystem::path> found;
    for (const auto& path : files())
      for (const std::string& network : state.networks) {
        const std::string name = path.filename().string(), end = "_net_" + network + ".safetensors";
        if (!name.ends_with(end)) continue;
        const std::string which = name.substr(0, name.size() - end.size());
        const bool number = !which.empty() && which.find_first_not_of("0123456789") == which.npos;
        if (number || which == "best" || (!only_stayed && which == "latest")) found.push_back(path);
      }
    return found;
  }

  std::filesystem::path folder_;
  int lock_ = -1;
};

}  // namespace guise::detail
