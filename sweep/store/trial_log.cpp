#include "sweep/store/trial_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_fields.h"
#include "sweep/store/point_json.h"

namespace firesweep::sweep {
namespace {

/// Marks every line of a batch except the last one.
constexpr const char* kContinues = "continues";

struct TrialOf {
  template <typename Kind>
  const std::string& operator()(const Kind& decision) const {
    return decision.trial;
  }
};

struct ToJson {
  nlohmann::json operator()(const Promote& of) const {
    return {{"decision", "promote"}, {"trial", of.trial}, {"epoch", of.epoch}};
  }
  nlohmann::json operator()(const Pause& of) const {
    nlohmann::json json = {{"decision", "pause"}, {"trial", of.trial}, {"epoch", of.epoch}};
    if (of.validation_top1) {
      json["validation_top1"] = *of.validation_top1;
    }
    return json;
  }
  nlohmann::json operator()(const Prune& of) const {
    return {{"decision", "prune"}, {"trial", of.trial}, {"epoch", of.epoch}, {"reason", of.reason}};
  }
  nlohmann::json operator()(const Create& of) const {
    return {{"decision", "create"},
            {"trial", of.trial},
            {"seed", of.seed},
            {"point", point_to_json(of.point)}};
  }
};

}  // namespace

const std::string& trial_of(const Decision& decision) {
  return std::visit(TrialOf{}, decision);
}

nlohmann::json to_json(const Decision& decision) {
  return std::visit(ToJson{}, decision);
}

Decision decision_from_json(const nlohmann::json& json) {
  const std::string kind = base::text_field(json, "decision");
  std::string trial = base::text_field(json, "trial");
  if (kind == "promote") {
    return Promote{std::move(trial), base::integer_field(json, "epoch")};
  }
  if (kind == "pause") {
    return Pause{std::move(trial), base::integer_field(json, "epoch"),
                 base::optional_number_field(json, "validation_top1")};
  }
  if (kind == "prune") {
    return Prune{std::move(trial), base::integer_field(json, "epoch"),
                 base::text_field(json, "reason")};
  }
  if (kind == "create") {
    const nlohmann::json& point = base::object_field(json, "point");
    return Create{std::move(trial), base::unsigned_field(json, "seed"),
                  point_from_json(point, base::array_field(point, "axis_values").size())};
  }
  throw Error(fmt::format("field 'decision' is {}; expected promote, pause, prune or create",
                          base::quoted(kind)));
}

std::unordered_set<std::string> paused_trials(std::span<const Decision> decisions) {
  std::unordered_set<std::string> paused;
  for (const Decision& decision : decisions) {
    if (std::holds_alternative<Pause>(decision)) {
      paused.insert(trial_of(decision));
    } else {
      paused.erase(trial_of(decision));
    }
  }
  return paused;
}

ParsedTrialLog parse_trial_log(std::string_view text) {
  ParsedTrialLog log;
  std::vector<Decision> batch;
  std::size_t begin = 0;
  int number = 1;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos;
       begin = end + 1, end = text.find('\n', begin), ++number) {
    const auto json = base::try_parse_json(text.substr(begin, end - begin));
    if (!json && end + 1 == text.size()) {
      break;  // a file system extended the file before it wrote the bytes
    }
    try {
      if (!json) {
        throw Error("not valid JSON");
      }
      batch.push_back(decision_from_json(*json));
      if (!json->contains(kContinues)) {
        std::ranges::move(batch, std::back_inserter(log.decisions));
        batch.clear();
        log.whole_bytes = end + 1;
      }
    } catch (const Error& error) {
      throw Error(fmt::format("line {}: {}", number, error.what()));
    }
  }
  return log;
}

ParsedTrialLog TrialLog::parsed() const {
  const std::optional<std::string> text = base::read_file_if_exists(path_);
  if (!text) {
    return {};
  }
  try {
    return parse_trial_log(*text);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", path_.string(), error.what()));
  }
}

std::vector<Decision> TrialLog::load() const {
  return parsed().decisions;
}

void TrialLog::append(std::span<const Decision> decisions) {
  if (decisions.empty()) {
    return;
  }
  std::string text;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    nlohmann::json json = to_json(decisions[i]);
    if (i + 1 < decisions.size()) {
      json[kContinues] = true;
    }
    text += json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
  }
  const std::size_t end = end_ ? *end_ : parsed().whole_bytes;
  end_.reset();  // unknown after a failure
  base::append_to_file(path_, end, text);
  end_ = end + text.size();
}

}  // namespace firesweep::sweep
