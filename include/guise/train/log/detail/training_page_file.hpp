// What train/log/training_page.hpp declares, defined.
#pragma once
#include <guise/core/compiled.hpp>
#include <guise/core/error.hpp>
#include <guise/io/bytes/atomic_file.hpp>
#include <guise/train/log/training_page.hpp>
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

GUISE_FUNCTION std::vector<TrainingPicture> training_pictures(const std::filesystem::path& folder,
                                                              long last_step) {
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

GUISE_FUNCTION void write_training_page(const std::filesystem::path& folder,
                                        const TrainingProgress& progress) {
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
      {"steps_per_second", progress.steps_per_second},
      {"best", progress.best_step},
      {"fall", progress.fall_step},
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
