// Successive halving with one rung, for tests: all trials train to the rung, then the better half
// is promoted, of the others the worse half is pruned and the rest stays paused, and one more trial
// may be created.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runners/schedule/strategy.h"

namespace firesweep::tests {

class HalvingStrategy final : public runners::schedule::Strategy {
 public:
  /// `trials`: all of the run, those that have a result among them. `extra` is created when the
  /// rung is decided.
  HalvingStrategy(const std::vector<runners::schedule::PendingTrial>& trials, std::int64_t rung,
                  std::optional<sweep::Create> extra);

  [[nodiscard]] std::optional<runners::schedule::Assignment> ask() override;
  void tell(const runners::schedule::Outcome& outcome) override;
  [[nodiscard]] std::vector<sweep::Decision> take_decisions() override;
  void replay(const sweep::Decision& decision) override;
  [[nodiscard]] std::size_t remaining() const override;

 private:
  enum class State { kBelowRung, kAtRung, kPromoted, kOut };
  struct Trial {
    std::string id;
    std::int64_t epochs = 0;
    std::int64_t done = 0;  // epochs it continues from
    State state = State::kBelowRung;
    bool assigned = false;
    double value = -1.0;  // validation top-1 at the rung; below all others if unknown
  };

  [[nodiscard]] Trial* find(const std::string& id);
  void create(const sweep::Create& extra);
  void decide_if_all_are_there();
  void decide(std::vector<Trial*> ranked);

  std::vector<Trial> trials_;
  std::int64_t rung_;
  std::optional<sweep::Create> extra_;
  bool decided_ = false;
  std::vector<sweep::Decision> decisions_;
};

}  // namespace firesweep::tests
