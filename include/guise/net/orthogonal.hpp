// initial::orthogonal(gain), as torch.nn.init.orthogonal_: of the weight as a matrix of its first side's rows the rows are
// orthogonal and of length gain, or the columns where those are fewer. The factor Q of a random normal matrix, made unique
// by a positive diagonal of R, by Eigen; so it has a header of its own. Throws nothing.
#pragma once
#include <guise/detail/eigen_core.hpp>
#include <guise/net/initialization.hpp>

#include <Eigen/QR>
#include <algorithm>

namespace guise::initial {

inline Initialization orthogonal(double gain = 0.02) {
  return {[](std::span<float> weight, const Parameter& p, double scale, Random& random) {
            using Matrix = Eigen::MatrixXf;
            const Eigen::Index rows = p.shape[0], columns = static_cast<Eigen::Index>(weight.size()) / rows,
                               high = std::max(rows, columns), wide = std::min(rows, columns);
            Matrix normal(high, wide);
            for (Eigen::Index i = 0; i < high; ++i)
              for (Eigen::Index k = 0; k < wide; ++k) normal(i, k) = static_cast<float>(random.normal());
            const Eigen::HouseholderQR<Matrix> qr(normal);
            Matrix q = qr.householderQ() * Matrix::Identity(high, wide);
            for (Eigen::Index k = 0; k < wide; ++k)
              if (qr.matrixQR()(k, k) < 0) q.col(k) *= -1;
            if (rows < columns) q.transposeInPlace();
            Eigen::Map<Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(weight.data(), rows, columns) =
                q * static_cast<float>(scale);
          },
          gain};
}

}  // namespace guise::initial
