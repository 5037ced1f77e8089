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
#include <guise/core/error.hpp>
#include <guise/io/bytes/atomic_file.hpp>
#include <guise/train/log/training_page_html.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace guise {

namespace training_page {

inline constexpr std::size_t most_points = 2000;

inline std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells;
  std::istringstream text(row);
  for (std::string cell; std::getline(text, cell, ',');) cells.push_back(cell);
  return cells;
}

inline double short_number(double value) {  // six digits are what the log has
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return std::strtod(text, nullptr);
}

// The mean of neighbouring rows; step and epoch are those of the last of them.
inline std::vector<double> point(const std::vector<std::vector<double>>& rows, std::size_t from,
                                 std::size_t to) {
  std::vector<double> mean = rows[to - 1];
  for (std::size_t column = 2; column < mean.size(); ++column) {
    double sum = 0;
    for (std::size_t k = from; k < to; ++k) sum += rows[k][column];
    mean[column] = short_number(sum / static_cast<double>(to - from));
  }
  return mean;
}

inline nlohmann::json losses(const std::filesystem::path& log) {
  std::ifstream file(log);
  std::string line;
  std::getline(file, line);
  const auto columns = cells_of(line);
  std::vector<std::vector<double>> rows;
  while (std::getline(file, line) && !file.eof()) {  // a last line without its end is not whole
    std::vector<double> row;
    for (const std::string& cell : cells_of(line)) {
      char* end = nullptr;
      row.push_back(std::strtod(cell.c_str(), &end));
      if (end == cell.c_str()) row.back() = std::nan("");
    }
    if (row.size() == columns.size() && row.size() > 3 && std::isfinite(row[0]))
      rows.push_back(std::move(row));
  }
  const std::size_t together = (rows.size() + most_points - 1) / most_points;
  nlohmann::json points = nlohmann::json::array();
  for (std::size_t k = 0; k < rows.size(); k += together)
    points.push_back(point(rows, k, std::min(k + together, rows.size())));
  return {{"columns", columns}, {"rows", points}, {"rows_a_point", together}};
}

// JSON that no text in it can end: a page reads "</script>" wherever it stands.
inline std::string island(const nlohmann::json& data) {
  std::string text;
  for (const char c : data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  return text;
}

}  // namespace training_page

struct TrainingPicture {
  long step;
  std::string file;
};
// The grids in a folder up to this step, the first ones first: those behind it are of a training that was
// killed.
inline std::vector<TrainingPicture> training_pictures(const std::filesystem::path& folder, long last_step) {
  std::vector<TrainingPicture> found;
  std::error_code code;
  std::filesystem::directory_iterator entry(folder, code);
  for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
    const std::string name = entry->path().filename().string();
    long step = 0;
    int length = 0;
    if (std::sscanf(name.c_str(), "step_%ld.png%n", &step, &length) == 1 &&
        name.size() == static_cast<std::size_t>(length) && step <= last_step)
      found.push_back({step, name});
  }
  std::ranges::sort(found, {}, &TrainingPicture::step);
  return found;
}

struct PictureGrid {  // what the grids are made of
  int columns = 4, rows = 2;
};
struct TrainingProgress {
  std::string name;  // of the training, as the page shows it
  long step = 0, last_step = 0;
  PictureGrid grid{};
};

inline void write_training_page(const std::filesystem::path& folder, const TrainingProgress& progress) {
  std::ifstream scores(folder / "score_log.csv");
  nlohmann::json pictures = nlohmann::json::array();
  for (const auto& [step, file] : training_pictures(folder / "web" / "images", progress.step))
    pictures.push_back({{"step", step}, {"file", file}});
  const nlohmann::json data = {
      {"name", progress.name},
      {"step", progress.step},
      {"last_step", progress.last_step},
      {"written", std::time(nullptr)},
      {"gap", 2},
      {"grid", {progress.grid.columns, progress.grid.rows}},
      {"losses", training_page::losses(folder / "loss_log.csv")},
      {"scores", std::string(std::istreambuf_iterator<char>(scores), {})},
      {"pictures", pictures},
  };
  std::string page(training_page::html);
  page.replace(page.find(training_page::data_place), training_page::data_place.size(),
               training_page::island(data));
  write_file(folder / "web" / "index.html", page);
}

}  // namespace guise
