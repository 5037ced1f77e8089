// What takes part in a training step (train/training_step.hpp): networks that learn (train/trained.hpp), image
// pools, or something of one's own that the host decides about anew for each step.
#pragma once
#include <guise/train/replay.hpp>

#include <cstddef>
#include <vector>

namespace guise {

struct StepStart {
  double rate;        // of learning
  long step;          // its number, from 1 on
  bool after_broken;  // the step before was not finished: what it left of gradients is to be forgotten
};

template <class Device> class StepPart {
 public:
  using Scalar = typename Device::Scalar;

  virtual ~StepPart() = default;

  // Before the work: what is decided is appended to `decisions`. Nothing may change that roll_back() does not
  // set right.
  void begin(const StepStart& start, std::vector<Scalar>& decisions) {
    first_ = decisions.size();
    decide(start, decisions);
  }
  virtual void accept() {}                               // the step was finite
  virtual void roll_back() {}                            // it was not, or its work threw
  virtual void add_to(BufferAddresses& all) const = 0;   // where the work reads and writes
  std::size_t first_decision() const { return first_; }  // of this part's, among all

 protected:
  StepPart() = default;
  StepPart(const StepPart&) = default;
  StepPart(StepPart&&) = default;
  StepPart& operator=(const StepPart&) = default;
  StepPart& operator=(StepPart&&) = default;

 private:
  virtual void decide(const StepStart& start, std::vector<Scalar>& decisions) = 0;

  std::size_t first_ = 0;
};

}  // namespace guise
