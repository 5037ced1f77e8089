// Memory as a matrix of Eigen's: a row for each pixel, a column for each channel. Row-major, since tensors are
// (N, H, W, C) and channels lie together.
#pragma once
#include <guise/detail/eigen_core.hpp>

#include <type_traits>

namespace guise::eigen {

template <class T> using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>  // of memory that is somebody's; T may be constant
using Map = Eigen::Map<std::conditional_t<std::is_const_v<T>, const RowMajor<std::remove_const_t<T>>,
                                          RowMajor<std::remove_const_t<T>>>>;

template <class T> Map<T> map(T* first, Eigen::Index rows, Eigen::Index columns) {
  return Map<T>(first, rows, columns);
}

}  // namespace guise::eigen
