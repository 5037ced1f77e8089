// A network as a table: for every layer its position, what it is, its output shape, parameters,
// multiply-adds, the receptive field so far and the bytes that training keeps of it.
#pragma once
#include <guise/net/fuse.hpp>

#include <string>
#include <vector>

namespace guise {

struct SummaryRow {
  int position;
  std::string layer;
  Shape out;
  std::size_t parameters, macs;
  int receptive_field;
  std::size_t kept;  // bytes, in float32, when the layers run one by one
};
struct Summary {
  std::vector<SummaryRow> rows;
  std::size_t parameters, macs, kept, kept_fused;  // `kept_fused`: bytes of the tape of the fused form
  int receptive_field;
};

inline void append_rows(std::vector<SummaryRow>& rows, std::vector<Description>& before, Descriptions layers,
                        int position, Shape& s) {
  for (const Description& l : layers) {
    if (!l.members.empty() && l.positions > 1) {  // a Repeat: row by row
      append_rows(rows, before, l.members, position, s);
    } else {
      before.push_back(l);
      const std::size_t macs = l.macs(s), kept = l.place(s) * sizeof(float);
      s = l.out(s);
      rows.push_back(
          {position, std::string(l.describe()), s, l.parameters, macs, inputs_seen(before, 1), kept});
    }
    position += l.positions;
  }
}

template <class Arch> Summary summarize(Shape in) {
  Summary summary{{},
                  Arch::parameters,
                  Arch::macs(in),
                  Arch::tape_floats(in) * sizeof(float),
                  Fused::of<Arch>::tape_floats(in) * sizeof(float),
                  Arch::receptive_field};
  std::vector<Description> before;
  append_rows(summary.rows, before, Arch::descriptions, 0, in);
  return summary;
}

}  // namespace guise
