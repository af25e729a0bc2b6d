// Every trial once, from start to end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runners/schedule/strategy.h"

namespace firesweep::runners::schedule {

/// The most expensive first, so that no long trial starts when the others are done; equal costs in
/// the given order. Makes no decisions.
class GridStrategy final : public Strategy {
 public:
  explicit GridStrategy(std::vector<PendingTrial> trials);

  [[nodiscard]] std::optional<Assignment> ask() override;
  void tell(const Outcome& outcome) override;
  [[nodiscard]] std::size_t remaining() const override;

 private:
  void assign_again(const std::string& trial, std::int64_t from_epoch);
  void close(const std::string& trial);

  struct Assigned {
    std::int64_t from_epoch = 0;
    std::int64_t to_epoch = 0;
  };
  std::deque<Assignment> waiting_;
  std::unordered_map<std::string, Assigned> assigned_;
};

}  // namespace firesweep::runners::schedule
