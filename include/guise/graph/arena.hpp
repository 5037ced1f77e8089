// Memory whose uses are all known before anything runs: blocks are taken and released in the order of a run, and
// laid out at the end, the largest first, so that those that never live at the same time share memory.
#pragma once
#include <guise/core/shape.hpp>

#include <algorithm>
#include <vector>

namespace guise {

// Where a tensor lies: on the tape, in a workspace, or in memory of the caller's (input, output).
enum class Where : unsigned char { nowhere, tape, workspace, input, output };
struct Slot {
  Where where = Where::nowhere;
  std::size_t offset = 0;  // scalars
  constexpr explicit operator bool() const { return where != Where::nowhere; }
  friend constexpr bool operator==(const Slot&, const Slot&) = default;
};

// Until `lay_out`, the offset of a slot in the workspace is the number of its block.
class Arena {
 public:
  constexpr Slot take(std::size_t floats) {
    blocks_.push_back({whole_lines(floats), 0, clock_++, forever});
    return {Where::workspace, blocks_.size() - 1};
  }
  // The last release counts, so that one block may hold several values one after the other.
  constexpr void release(const Slot& slot) {
    if (slot.where == Where::workspace) blocks_[slot.offset].last = clock_++;
  }
  constexpr std::size_t lay_out() {  // returns how many scalars that takes
    std::vector<std::size_t> order;
    for (std::size_t k = 0; k < blocks_.size(); ++k) order.push_back(k);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return blocks_[a].floats != blocks_[b].floats ? blocks_[a].floats > blocks_[b].floats : a < b;
    });
    std::size_t all = 0;
    std::vector<std::size_t> placed;  // by offset
    for (std::size_t k : order) {
      Block& mine = blocks_[k];
      for (std::size_t other : placed) {
        const Block& b = blocks_[other];
        if (b.last < mine.first || mine.last < b.first) continue;  // never at the same time
        if (mine.offset + mine.floats <= b.offset) break;          // fits before it
        mine.offset = std::max(mine.offset, b.offset + b.floats);
      }
      all = std::max(all, mine.offset + mine.floats);
      auto at = placed.begin();
      while (at != placed.end() && blocks_[*at].offset <= mine.offset) ++at;
      placed.insert(at, k);
    }
    return all;
  }
  constexpr void resolve(Slot& slot) const {
    if (slot.where == Where::workspace) slot.offset = blocks_[slot.offset].offset;
  }

 private:
  struct Block {
    std::size_t floats, offset;
    int first, last;  // on the clock of takes and releases
  };
  static constexpr int forever = 1 << 30;
  std::vector<Block> blocks_;
  int clock_ = 0;
};

}  // namespace guise
