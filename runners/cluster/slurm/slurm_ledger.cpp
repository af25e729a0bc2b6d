#include "runners/cluster/slurm/slurm_ledger.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "runners/cluster/slurm/slurm_ends.h"

namespace firesweep::runners::cluster {
namespace {

constexpr const char* kLedger = "slurm.json";

}  // namespace

std::vector<SlurmSubmission> load_submissions(SharedFiles& files) {
  const auto text = files.read(kLedger);
  std::vector<SlurmSubmission> submissions;
  if (!text) {
    return submissions;
  }
  const nlohmann::json ledger = base::parse_json(*text);
  for (const nlohmann::json& json : base::array_field(ledger, "submissions")) {
    submissions.push_back({base::text_field(json, "time"),
                           static_cast<std::size_t>(base::unsigned_field(json, "tasks")),
                           base::text_field(json, "job"),
                           json.contains("name") ? base::text_field(json, "name") : "",
                           json.contains("cancelled") && base::boolean_field(json, "cancelled")});
  }
  return submissions;
}

void save_submissions(SharedFiles& files, const std::vector<SlurmSubmission>& submissions) {
  nlohmann::json list = nlohmann::json::array();
  for (const SlurmSubmission& submission : submissions) {
    list.push_back({{"time", submission.time},
                    {"tasks", submission.tasks},
                    {"job", submission.job},
                    {"name", submission.name},
                    {"cancelled", submission.cancelled}});
  }
  nlohmann::json ledger = nlohmann::json::object();
  ledger["submissions"] = std::move(list);
  files.write(kLedger, base::to_file_text(ledger));
}

std::string job_names(const std::vector<SlurmSubmission>& submissions, std::string_view also) {
  std::set<std::string, std::less<>> names;
  for (const SlurmSubmission& submission : submissions) {
    names.insert(submission.name);
  }
  names.emplace(also);
  names.erase("");
  return fmt::format("{}", fmt::join(names, ","));
}

bool is_cancelled(const std::vector<SlurmSubmission>& submissions, std::string_view job) {
  return std::ranges::any_of(submissions, [job](const SlurmSubmission& submission) {
    return submission.cancelled && submission.job == job;
  });
}

std::size_t drop_cancelled(const std::vector<SlurmSubmission>& submissions,
                           std::vector<SlurmTask>& tasks) {
  return std::erase_if(tasks, [&submissions](const SlurmTask& task) {
    return !has_ended(task) && is_cancelled(submissions, array_of(task.job));
  });
}

}  // namespace firesweep::runners::cluster
