// A summary as the table that is printed of it: a line for each layer, every column as wide as its widest cell, the layers
// from the left and numbers to the right, and the totals.
#pragma once
#include <guise/graph/summary.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace guise {

namespace detail {

inline std::string with_commas(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

}  // namespace detail

inline std::string to_text(const Summary& summary) {
  using detail::with_commas;
  using Cells = std::array<std::string, 7>;
  std::vector<Cells> rows{{"", "layer", "output", "parameters", "multiply-adds", "field", "bytes kept"}};
  for (const SummaryRow& r : summary.rows)
    rows.push_back({std::to_string(r.position), r.layer,
                    std::to_string(r.out.h) + "x" + std::to_string(r.out.w) + "x" + std::to_string(r.out.c),
                    with_commas(r.parameters), with_commas(r.macs), std::to_string(r.receptive_field),
                    with_commas(r.kept)});
  rows.push_back({"", "total", "", with_commas(summary.parameters), with_commas(summary.macs),
                  std::to_string(summary.receptive_field), with_commas(summary.kept)});
  std::array<std::size_t, 7> widths{};
  for (const Cells& cells : rows)
    for (std::size_t k = 0; k < cells.size(); ++k) widths[k] = std::max(widths[k], cells[k].size());

  std::string text;
  for (const Cells& cells : rows) {
    for (std::size_t k = 0; k < cells.size(); ++k) {
      const std::string space(widths[k] - cells[k].size(), ' ');
      text += "  " + (k == 1 ? cells[k] + space : space + cells[k]);
    }
    text += '\n';
  }
  return text + "bytes kept for backward when fused: " + with_commas(summary.kept_fused) + '\n';
}

}  // namespace guise
