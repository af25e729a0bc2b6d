// The metrics of one epoch, and the table of their fields.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firesweep::sweep {

/// One line of epochs.jsonl. Accuracies are fractions.
struct EpochMetrics {
  std::int64_t epoch = 0;  // from 1
  double train_loss = 0.0;
  double validation_loss = 0.0;
  double validation_top1 = 0.0;
  double validation_top5 = 0.0;
  double learning_rate = 0.0;           // of the epoch's last step
  double seconds = 0.0;                 // training and validation
  std::optional<double> finished_at{};  // seconds since 1970 UTC; absent in older files
  std::string worker{};                 // the worker that trained it; empty in older files
};

struct EpochField {
  std::string_view name;
  double EpochMetrics::*member;
  bool is_reproducible = true;  // bit-identical if the trial is trained again
};

/// The numbers that every epoch has, in the order in which files list them.
inline constexpr std::array<EpochField, 6> kEpochFields{{
    {"train_loss", &EpochMetrics::train_loss},
    {"validation_loss", &EpochMetrics::validation_loss},
    {"validation_top1", &EpochMetrics::validation_top1},
    {"validation_top5", &EpochMetrics::validation_top5},
    {"learning_rate", &EpochMetrics::learning_rate},
    {"seconds", &EpochMetrics::seconds, false},
}};

}  // namespace firesweep::sweep
