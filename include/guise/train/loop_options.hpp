// What a training loop is told (train/loop.hpp). Nothing is printed, watched or asked unless it is named here.
#pragma once
#include <guise/train/checkpoint.hpp>
#include <guise/train/convergence.hpp>
#include <guise/train/epoch_count.hpp>
#include <guise/train/log/score_row.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace guise {

struct LoopOptions {
  std::filesystem::path folder{};  // where all of it is kept: checkpoints/faces; made where it is not there
  long epochs = 200;
  long first_epoch = 1;    // the number of the first, for a training that goes on from another's weights
  long max_steps = 0;      // stop early; 0: no limit
  bool resume = false;     // go on from the last checkpoint of the folder, or begin where there is none
  bool overwrite = false;  // take the place of an older training in the folder, which is refused without it

  // In pictures that the training has seen, but the last one, which is in epochs; 0: never.
  long row_every = 100;     // a row of the log
  long grid_every = 400;    // a grid of pictures
  long score_every = 1000;  // scores, where there are any
  long save_every = 5000;   // a checkpoint, and the networks as `latest`
  long keep_every = 5;      // the networks under the epoch's number, which stay
  std::chrono::seconds save_after{
      600};  // a checkpoint so long after the one before, whatever save_every says

  std::FILE* progress = nullptr;                    // where it is told how far the training is: stdout
  std::function<void(const std::string&)> warn{};   // hears of a damaged checkpoint, and of data that changed
  std::function<bool()> stop{};                     // whether to end after the step in hand
  std::function<std::vector<ScoreRow>()> scores{};  // of the model as it is
  std::function<void(State&)> state{};              // adds what the training remembers beside the model
  Notes notes{};                                    // the metadata of the networks' files

  // Where it is to be told when epochs begin, for a learning rate that is a function of them (train/epoch_count.hpp).
  EpochCount* epoch_count = nullptr;
  // Whether scores end the training, for a learning rate that follows them (train/convergence.hpp); without it they never
  // do, and the best networks are kept all the same.
  Convergence* convergence = nullptr;

  // What must be as it was when a training is resumed: `data` is compared, and where it is empty what the data
  // says of itself; `model` and how epochs, resuming and overwriting are called are for messages.
  // `networks`, options such as "--netG resnet_9blocks", are compared like `data`, before anything is read.
  // `settings`, each a text such as "--lr 0.0002", may be others then, which `warn` hears.
  std::vector<std::string> settings{};
  std::string networks{}, data{}, model = "the model", epochs_name = "epochs", resume_name = "resume",
                                  overwrite_name = "overwrite";
};

}  // namespace guise
