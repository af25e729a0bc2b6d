// Files of a trial with a JSON object a line: epochs.jsonl, attempts.jsonl.
#include <optional>

#include <fmt/format.h>

#include "sweep/error.h"
#include "sweep/json_fields.h"
#include "sweep/trial_result.h"

namespace firesweep::sweep {

namespace {

/// Hands each line's JSON to `take`. The last line is dropped if it is torn: without a newline (the
/// writer adds it last), or no JSON on a file system that grew the file before it had the bytes.
template <typename Take>
void parse_lines(std::string_view text, Take take) {
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      return;
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const std::optional<nlohmann::json> json = try_parse_json(line);
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
  parse_lines(text, [&epochs](const nlohmann::json& json) {
    const EpochMetrics metrics = epoch_metrics_from_json(json);
    while (!epochs.empty() && epochs.back().epoch >= metrics.epoch) {
      epochs.pop_back();
    }
    epochs.push_back(metrics);
  });
  return epochs;
}

std::vector<LostAttempt> parse_attempts(std::string_view text) {
  std::vector<LostAttempt> attempts;
  parse_lines(text, [&attempts](const nlohmann::json& json) {
    attempts.push_back({text_field(json, "time"), failure_cause_from(text_field(json, "cause")),
                        text_field(json, "reason")});
  });
  return attempts;
}

}  // namespace firesweep::sweep
