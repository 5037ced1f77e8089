// How a training goes, as one page: FOLDER/web/index.html with the curves of loss_log.csv and, where it is
// there, score_log.csv, the latest grids of web/images and a slider between a picture and its translation. It
// opens from the disk and needs nothing but the folder `web`.
//
//   loss_log.csv    step,epoch,rate,LOSS...                          the header names the losses
//   score_log.csv   step,epoch,direction,SCORE...                    a row for AtoB, one for BtoA;
//                                                                    X_error goes with X
//   web/images      step_NNNNNN.png: a mosaic with gaps of 2 pixels; of translations: real, translated, back,
//                   identity, A above B
//
// Long logs are thinned to the means of neighbouring rows, so that the page stays below half a megabyte. A
// row that is not whole is passed over, for a training that was killed may have left one. Written whole or
// not at all; throws Error where it cannot be written.
#pragma once
#include <guise/core/compiler.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace guise {

namespace training_page {
inline constexpr std::size_t most_points = 2000;
}

struct TrainingPicture {
  long step;
  std::string file;
};
// The grids in a folder up to this step, the first ones first: those behind it are of a training that was
// killed.
std::vector<TrainingPicture> training_pictures(const std::filesystem::path& folder, long last_step);

struct PictureGrid {  // what the grids are made of
  int columns = 4, rows = 2;
};
struct TrainingProgress {
  std::string name;  // of the training, as the page shows it
  long step = 0, last_step = 0;
  PictureGrid grid{};
  double steps_per_second = 0;        // 0: not known yet
  long best_step = 0, fall_step = 0;  // that scored best, and from which the rate fell to the end; 0: none
};

void write_training_page(const std::filesystem::path& folder, const TrainingProgress& progress);

}  // namespace guise

#ifndef GUISE_COMPILED
#include <guise/train/log/detail/training_page_file.hpp>
#endif
