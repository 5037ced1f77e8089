// The pictures by which a model shows what it has learnt: rows of batches of which the first picture is shown,
// in [-1, 1] and all of one size, whatever their domains are.
//
//   PictureRows rows;
//   rows.push_back(picture_row(real, translated));
#pragma once
#include <guise/core/batch.hpp>

#include <utility>
#include <vector>

namespace guise {

struct Shown;
using PictureRows = std::vector<std::vector<Images<Shown>>>;

template <class... Pictures> std::vector<Images<Shown>> picture_row(Pictures&&... pictures) {
  std::vector<Images<Shown>> row;
  (row.push_back(as<Shown>(std::forward<Pictures>(pictures))), ...);
  return row;
}

}  // namespace guise
