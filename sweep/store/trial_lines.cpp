// Files of a trial with one JSON object per line: epochs.jsonl, attempts.jsonl.
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_fields.h"
#include "sweep/store/epoch_line.h"
#include "sweep/store/trial_result.h"

namespace firesweep::sweep {

namespace {

/// Passes each line to `take_plain` and, if that returns false, its JSON to `take`. Drops a
/// truncated last line: one without a newline (the writer adds it last), or one that is not JSON,
/// because some file systems extend a file before they write its bytes.
template <typename TakePlain, typename Take>
void parse_lines(std::string_view text, TakePlain take_plain, Take take) {
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      return;
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (take_plain(line)) {
      continue;
    }
    const std::optional<nlohmann::json> json = base::try_parse_json(line);
    if (!json && text.empty()) {
      return;
    }
    try {
      if (!json) {
        throw Error("not valid JSON");
      }
      take(*json);
    } catch (const Error& error) {
      throw Error(fmt::format("line {}: {}", number, error.what()));
    }
  }
}

}  // namespace

std::vector<EpochMetrics> parse_epochs(std::string_view text) {
  std::vector<EpochMetrics> epochs;
  const auto add = [&epochs](EpochMetrics metrics) {
    while (!epochs.empty() && epochs.back().epoch >= metrics.epoch) {
      epochs.pop_back();
    }
    epochs.push_back(std::move(metrics));
  };
  const auto add_plain = [&add](std::string_view line) {
    std::optional<EpochMetrics> metrics = plain_epoch(line);
    if (!metrics) {
      return false;
    }
    add(*std::move(metrics));
    return true;
  };
  parse_lines(text, add_plain,
              [&add](const nlohmann::json& json) { add(epoch_metrics_from_json(json)); });
  return epochs;
}

std::vector<LostAttempt> parse_attempts(std::string_view text) {
  std::vector<LostAttempt> attempts;
  const auto never_plain = [](std::string_view) { return false; };
  parse_lines(text, never_plain, [&attempts](const nlohmann::json& json) {
    attempts.push_back({base::text_field(json, "time"),
                        failure_cause_from(base::text_field(json, "cause")),
                        base::text_field(json, "reason")});
  });
  return attempts;
}

}  // namespace firesweep::sweep
