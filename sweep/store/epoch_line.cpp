#include "sweep/store/epoch_line.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "sweep/store/epoch_metrics.h"

namespace firesweep::sweep {
namespace {

/// Handles the parser's events for one flat object. Returning false stops the parser.
class EpochReader {
 public:
  [[nodiscard]] std::optional<EpochMetrics> finish() {
    constexpr unsigned kNeeded = (1U << (kEpochFields.size() + 1)) - 1;
    const bool whole = (seen_ & kNeeded) == kNeeded && metrics_.epoch >= 1;
    return whole ? std::optional(std::move(metrics_)) : std::nullopt;
  }

  bool key(const std::string& name) {
    field_ = index_of(name);
    const unsigned bit = 1U << field_;
    const bool repeated = (seen_ & bit) != 0;
    seen_ |= bit;
    return field_ != kUnknown && !repeated;
  }

  bool number_integer(std::int64_t value) {
    if (field_ == kEpoch) {
      metrics_.epoch = value;
      return true;
    }
    return take(static_cast<double>(value));
  }

  bool number_unsigned(std::uint64_t value) {
    if (field_ == kEpoch) {
      metrics_.epoch = static_cast<std::int64_t>(value);
      return value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    }
    return take(static_cast<double>(value));
  }

  bool number_float(double value, const std::string& /*text*/) { return take(value); }

  bool string(std::string& value) {
    metrics_.worker = std::move(value);
    return field_ == kWorker;
  }

  bool start_object(std::size_t /*elements*/) { return !std::exchange(inside_, true); }
  bool end_object() { return true; }

  // Our lines contain none of these.
  bool null() { return false; }
  bool boolean(bool /*value*/) { return false; }
  bool binary(nlohmann::json::binary_t& /*value*/) { return false; }
  bool start_array(std::size_t /*elements*/) { return false; }
  bool end_array() { return false; }
  bool parse_error(std::size_t /*byte*/, const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) {
    return false;
  }

 private:
  // Field numbers; the required fields come first.
  static constexpr std::size_t kEpoch = kEpochFields.size();
  static constexpr std::size_t kFinishedAt = kEpoch + 1;
  static constexpr std::size_t kWorker = kEpoch + 2;
  static constexpr std::size_t kUnknown = kEpoch + 3;

  static std::size_t index_of(std::string_view name) {
    for (std::size_t i = 0; i < kEpochFields.size(); ++i) {
      if (kEpochFields[i].name == name) {
        return i;
      }
    }
    return name == "epoch"         ? kEpoch
           : name == "finished_at" ? kFinishedAt
           : name == "worker"      ? kWorker
                                   : kUnknown;
  }

  bool take(double value) {
    if (field_ < kEpochFields.size()) {
      metrics_.*(kEpochFields[field_].member) = value;
      return true;
    }
    metrics_.finished_at = value;
    return field_ == kFinishedAt;
  }

  EpochMetrics metrics_;
  std::size_t field_ = kUnknown;  // whose value comes next
  unsigned seen_ = 0;             // one bit per field
  bool inside_ = false;           // the object of the line
};

}  // namespace

std::optional<EpochMetrics> plain_epoch(std::string_view line) {
  EpochReader reader;
  if (!nlohmann::json::sax_parse(line, &reader)) {
    return std::nullopt;
  }
  return reader.finish();
}

}  // namespace firesweep::sweep
