#include "tests/support/halving_strategy.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "models/parameter.h"

namespace firesweep::tests {

using runners::schedule::Assignment;

HalvingStrategy::HalvingStrategy(const std::vector<runners::schedule::PendingTrial>& trials,
                                 std::int64_t rung, std::optional<sweep::Create> extra)
    : rung_(rung), extra_(std::move(extra)) {
  for (const runners::schedule::PendingTrial& trial : trials) {
    trials_.push_back({.id = trial.id, .epochs = trial.epochs});
  }
}

HalvingStrategy::Trial* HalvingStrategy::find(const std::string& id) {
  const auto found = std::ranges::find(trials_, id, &Trial::id);
  return found == trials_.end() ? nullptr : &*found;
}

std::optional<Assignment> HalvingStrategy::ask() {
  for (Trial& trial : trials_) {
    const bool below = trial.state == State::kBelowRung;
    if (!trial.assigned && (below || trial.state == State::kPromoted)) {
      trial.assigned = true;
      return Assignment{trial.id, trial.done, below ? rung_ : trial.epochs};
    }
  }
  return std::nullopt;
}

void HalvingStrategy::tell(const runners::schedule::Outcome& outcome) {
  Trial* const trial = find(trial_of(outcome));
  if (trial == nullptr || std::holds_alternative<runners::schedule::EpochReported>(outcome)) {
    return;
  }
  trial->assigned = false;
  if (const auto* const paused = std::get_if<runners::schedule::Paused>(&outcome)) {
    sweep::Pause pause{trial->id, paused->epoch};
    if (paused->metrics) {
      trial->value = paused->metrics->validation_top1;
      pause.validation_top1 = trial->value;
    }
    trial->done = paused->epoch;
    trial->state = State::kAtRung;
    decisions_.emplace_back(std::move(pause));
  } else if (std::holds_alternative<runners::schedule::Finished>(outcome)) {
    trial->state = State::kOut;
  }
  decide_if_all_are_there();
}

void HalvingStrategy::decide_if_all_are_there() {
  std::vector<Trial*> ranked;
  for (Trial& trial : trials_) {
    if (decided_ || trial.state == State::kBelowRung) {
      return;
    }
    if (trial.state == State::kAtRung) {
      ranked.push_back(&trial);
    }
  }
  decided_ = true;
  std::ranges::sort(ranked, [](const Trial* a, const Trial* b) {
    return std::pair(-a->value, a->id) < std::pair(-b->value, b->id);
  });
  decide(std::move(ranked));
}

void HalvingStrategy::decide(std::vector<Trial*> ranked) {
  const std::size_t promoted = (ranked.size() + 1) / 2;
  const std::size_t kept = promoted + (ranked.size() - promoted) / 2;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    Trial& trial = *ranked[i];
    if (i < promoted) {
      trial.state = State::kPromoted;
      decisions_.emplace_back(sweep::Promote{trial.id, trial.epochs});
    } else if (i >= kept) {
      trial.state = State::kOut;
      decisions_.emplace_back(
          sweep::Prune{trial.id, trial.done, "in the last quarter at the rung"});
    }
  }
  if (extra_) {
    decisions_.emplace_back(*extra_);
    create(*extra_);
  }
}

void HalvingStrategy::create(const sweep::Create& extra) {
  trials_.push_back({.id = extra.trial,
                     .epochs = models::get_integer(extra.point.training, "epochs"),
                     .state = State::kPromoted});
}

std::vector<sweep::Decision> HalvingStrategy::take_decisions() {
  return std::exchange(decisions_, {});
}

void HalvingStrategy::replay(const sweep::Decision& decision) {
  if (const auto* const extra = std::get_if<sweep::Create>(&decision)) {
    decided_ = true;
    create(*extra);
    return;
  }
  Trial* const trial = find(trial_of(decision));
  if (trial == nullptr) {
    return;
  }
  if (const auto* const pause = std::get_if<sweep::Pause>(&decision)) {
    trial->state = State::kAtRung;
    trial->done = pause->epoch;
    trial->value = pause->validation_top1.value_or(trial->value);
    return;
  }
  decided_ = true;
  trial->state = std::holds_alternative<sweep::Promote>(decision) ? State::kPromoted : State::kOut;
}

std::size_t HalvingStrategy::remaining() const {
  return static_cast<std::size_t>(std::ranges::count_if(trials_, [this](const Trial& trial) {
    return trial.assigned || trial.state == State::kBelowRung || trial.state == State::kPromoted ||
           (trial.state == State::kAtRung && !decided_);
  }));
}

}  // namespace firesweep::tests
