#include "runners/cluster/job_queue.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_fields.h"
#include "runners/cluster/agents.h"

namespace firesweep::runners::cluster {
namespace {

constexpr std::string_view kQueueDirectory = "queue";
constexpr std::string_view kEnding = ".jsonl";
constexpr std::string_view kStarted = ".begun";
constexpr std::size_t kDigits = 8;
constexpr std::string_view kCommands = "orders.json";

std::string path_of(std::string_view file) {
  return fmt::format("{}/{}", kQueueDirectory, file);
}

/// "00000001-1f0c22ab.jsonl"
bool is_job_file(std::string_view name) {
  return name.ends_with(kEnding) && name.find_first_not_of("0123456789") == kDigits &&
         name[kDigits] == '-';
}

std::string file_name(std::size_t number, std::string_view tag) {
  return fmt::format("{:0{}}-{}{}", number, kDigits, tag, kEnding);
}

std::size_t number_of(std::string_view file) {
  std::size_t number = 0;
  std::from_chars(file.data(), file.data() + kDigits, number);
  return number;
}

}  // namespace

std::string result_file(std::string_view trial) {
  return fmt::format("trials/{}/result.json", trial);
}

std::string answer_file(std::string_view job_id) {
  return fmt::format("{}/{}.json", kAnswerDirectory, job_id);
}

bool trains(const jobs::Job& job) {
  return std::holds_alternative<jobs::TrainJob>(job.payload);
}

std::int64_t rung_of(const jobs::Job& job) {
  const auto* const train = std::get_if<jobs::TrainJob>(&job.payload);
  return train != nullptr && jobs::ends_at_rung(*train) ? train->to_epoch : 0;
}

std::string key_of(const jobs::Job& job) {
  const std::int64_t rung = rung_of(job);
  return rung > 0 ? fmt::format("{}@{}", job.id, rung) : job.id;
}

std::string_view trial_of_key(std::string_view key) {
  return key.substr(0, key.find('@'));
}

std::string rung_file(std::string_view trial, std::int64_t epoch) {
  return fmt::format("trials/{}/paused-{}", trial, epoch);
}

std::string serialize(const QueuedJob& job) {
  return nlohmann::json{{"label", job.label},
                        {"cost", job.cost},
                        {"job", nlohmann::json::parse(jobs::serialize(job.job))}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

QueuedJob parse_queued_job(std::string_view line) {
  const nlohmann::json json = base::parse_json(line);
  return {jobs::parse_job(base::object_field(json, "job").dump()), base::text_field(json, "label"),
          base::number_field(json, "cost")};
}

std::vector<std::string> JobQueue::publish(const std::vector<QueuedJob>& jobs, std::size_t agents) {
  const std::vector<std::string> there = files();
  last_number_ = std::max(last_number_, there.empty() ? 0 : number_of(there.back()));
  if (tag_.empty()) {
    tag_ = fmt::format("{:08x}", std::random_device()());
  }
  constexpr std::size_t kFilesPerAgent = 2;
  const std::size_t min_files = (jobs.size() + kMaxJobsPerFile - 1) / kMaxJobsPerFile;
  const std::size_t count = std::min(jobs.size(), std::max(min_files, kFilesPerAgent * agents));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    names.push_back(file_name(++last_number_, tag_));
    std::string text;
    for (std::size_t job = i; job < jobs.size(); job += count) {
      text += serialize(jobs[job]) + '\n';
    }
    files_.write(path_of(names.back()), text);
  }
  std::vector<std::string> file_of;
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    file_of.push_back(names[job % count]);
  }
  return file_of;
}

JobQueue::Files JobQueue::scan() const {
  std::vector<std::string> names = files_.list(std::string(kQueueDirectory));
  std::ranges::sort(names);  // so a file's mark follows it
  Files files;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (is_job_file(names[i])) {
      const bool started = i + 1 < names.size() && names[i + 1] == names[i] + std::string(kStarted);
      (started ? files.started : files.untouched).push_back(names[i]);
    }
  }
  return files;
}

std::vector<std::string> JobQueue::files() const {
  Files found = scan();
  found.untouched.insert(found.untouched.end(), found.started.begin(), found.started.end());
  std::ranges::sort(found.untouched);
  return std::move(found.untouched);
}

bool JobQueue::mark_started(const std::string& file, const std::string& agent) const {
  return files_.create_link(path_of(file + std::string(kStarted)), agent);
}

std::optional<std::vector<QueuedJob>> JobQueue::read(const std::string& file) const {
  const std::optional<std::string> text = files_.read(path_of(file));
  if (!text) {
    return std::nullopt;
  }
  std::vector<QueuedJob> jobs;
  std::size_t begin = 0;
  for (std::size_t end = text->find('\n'); end != std::string::npos;
       begin = end + 1, end = text->find('\n', begin)) {
    try {
      jobs.push_back(parse_queued_job(std::string_view(*text).substr(begin, end - begin)));
    } catch (const FileError&) {
      throw;
    } catch (const Error& error) {
      throw Error(fmt::format("{}: line {}: {}", path_of(file), jobs.size() + 1, error.what()));
    }
  }
  return jobs;
}

void JobQueue::retire(const std::string& file) const {
  files_.remove(path_of(file));  // first: a mark without its file is ignored
  unmark(file);
}

void JobQueue::unmark(const std::string& file) const {
  files_.remove(path_of(file + std::string(kStarted)));
}

void JobQueue::clear() const {
  for (const std::string& file : files()) {
    retire(file);
  }
}

void JobQueue::send(const Commands& commands) const {
  if (!commands.exit && commands.dropped.empty()) {
    files_.remove(path_of(kCommands));
  } else {
    files_.write(path_of(kCommands), base::to_file_text({{"leave", commands.exit},
                                                         {"dropped_trials", commands.dropped}}));
  }
  notify_agents(files_);
}

JobQueue::Commands JobQueue::commands() const {
  const std::optional<std::string> text = files_.read(path_of(kCommands));
  if (!text) {
    return {};
  }
  const nlohmann::json json = base::parse_json(*text);
  Commands commands{.exit = base::boolean_field(json, "leave")};
  for (const nlohmann::json& trial : base::array_field(json, "dropped_trials")) {
    commands.dropped.insert(trial.get<std::string>());
  }
  return commands;
}

}  // namespace firesweep::runners::cluster
