#include "runners/cluster/slurm_jobs.h"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "runners/schedule/host.h"
#include "sweep/error.h"
#include "sweep/json_fields.h"
#include "sweep/log_tail.h"

namespace firesweep::runners {
namespace {

constexpr std::string_view kLedger = "slurm.json";
constexpr std::string_view kScript = "slurm.sh";
constexpr double kGrowth = 1.5;
constexpr double kPollSecondsPerTask = 0.02;
constexpr int kMostFruitless = 3;

void save_submissions(SharedFiles& files, const std::vector<SlurmSubmission>& submissions) {
  nlohmann::json list = nlohmann::json::array();
  for (const SlurmSubmission& submission : submissions) {
    list.push_back(
        {{"time", submission.time}, {"tasks", submission.tasks}, {"job", submission.job}});
  }
  nlohmann::json ledger = nlohmann::json::object();
  ledger["submissions"] = std::move(list);
  files.write(std::string(kLedger), sweep::to_file_text(ledger));
}

}  // namespace

std::vector<SlurmSubmission> load_submissions(SharedFiles& files) {
  const auto text = files.read(std::string(kLedger));
  std::vector<SlurmSubmission> submissions;
  if (!text) {
    return submissions;
  }
  const nlohmann::json ledger = sweep::parse_json(*text);
  for (const nlohmann::json& json : sweep::array_field(ledger, "submissions")) {
    submissions.push_back({sweep::text_field(json, "time"),
                           static_cast<std::size_t>(sweep::unsigned_field(json, "tasks")),
                           sweep::text_field(json, "job")});
  }
  return submissions;
}

SlurmJobs::SlurmJobs(CommandRunner& commands, SharedFiles& files, SlurmJobsOptions options)
    : commands_(commands),
      files_(files),
      options_(std::move(options)),
      name_(job_name(options_.script.run_directory)),
      interval_(options_.shortest_poll_seconds),
      backoff_(options_.shortest_poll_seconds) {}

void SlurmJobs::note(std::string_view line) const {
  if (options_.note) {
    options_.note(line);
  }
}

CommandResult SlurmJobs::call(const std::vector<std::string>& command) {
  ++calls_;
  return commands_.run(command);
}

bool SlurmJobs::ask() {
  const CommandResult result = call(queue_command(name_));
  if (!result.succeeded) {
    if (!started_ && !is_controller_trouble(result.complaint)) {
      throw Error(fmt::format("Slurm can't be asked from here: {}", result.complaint));
    }
    note(fmt::format("Slurm does not answer ({}); asked again in {:.0f} s", result.complaint,
                     backoff_));
    return false;
  }
  tasks_ = parse_queue(result.output);
  return true;
}

std::size_t SlurmJobs::live_tasks() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(tasks_, [](const SlurmTask& task) { return !is_over(task); }));
}

std::size_t SlurmJobs::wanted(std::size_t open_jobs) const {
  const std::size_t useful = (open_jobs + options_.script.jobs - 1) / options_.script.jobs;
  return std::min(static_cast<std::size_t>(options_.spec.workers), useful);
}

void SlurmJobs::start(std::size_t open_jobs) {
  if (!ask()) {
    throw Error(
        fmt::format("Slurm's controller does not answer; the trials are queued in {}, the same "
                    "command submits agents for them later",
                    options_.script.run_directory.string()));
  }
  submit_missing(open_jobs);
}

/// Those of an earlier coordinator go on.
void SlurmJobs::submit_missing(std::size_t open_jobs) {
  started_ = true;
  const std::size_t live = live_tasks();
  if (live > 0) {
    note(fmt::format("agents of an earlier submission go on: {}", summary_of(tasks_)));
  }
  if (live < wanted(open_jobs)) {
    submit(wanted(open_jobs) - live);
  }
}

void SlurmJobs::tend(double now, std::size_t open_jobs, std::size_t progress, AgentWatch& agents) {
  if (progress > 0) {
    fruitless_ = 0;
  }
  if (open_jobs == 0 || now < next_poll_) {
    return;
  }
  if (!ask()) {
    next_poll_ = now + backoff_;
    backoff_ = std::min(2.0 * backoff_, options_.longest_backoff_seconds);
    return;
  }
  backoff_ = options_.shortest_poll_seconds;
  const std::string summary = summary_of(tasks_);
  // Where there are many, something always changes.
  const double shortest =
      std::min(std::max(options_.shortest_poll_seconds,
                        kPollSecondsPerTask * static_cast<double>(tasks_.size())),
               options_.longest_poll_seconds);
  interval_ =
      summary == told_ ? std::min(interval_ * kGrowth, options_.longest_poll_seconds) : shortest;
  if (summary != std::exchange(told_, summary) && !summary.empty()) {
    note(fmt::format("agents: {}", summary));
    note_advice();
  }
  next_poll_ = now + interval_;
  if (!started_) {
    submit_missing(open_jobs);
    return;
  }
  release_failed_launches();
  declare_ended(agents);
  if (live_tasks() > 0 || agents.count() > 0) {
    return;
  }
  if (++fruitless_ > kMostFruitless) {
    throw Error(fmt::format("agents end without an epoch being through: {}", why_they_end()));
  }
  submit(wanted(open_jobs));
}

void SlurmJobs::submit(std::size_t agents) {
  if (!max_array_size_) {
    const CommandResult config = call({"scontrol", "show", "config"});
    max_array_size_ = parse_max_array_size(config.output);
  }
  files_.write(std::string(kScript), script_text(options_.spec, options_.script));
  for (const std::size_t tasks : array_sizes(agents, *max_array_size_)) {
    submit_array(tasks);
  }
}

void SlurmJobs::submit_array(std::size_t tasks) {
  std::vector<SlurmSubmission> submissions = load_submissions(files_);
  submissions.push_back({utc_now(), tasks});
  save_submissions(files_, submissions);  // before: nobody may wonder where jobs came from
  const CommandResult result =
      call(submit_command(options_.spec, options_.script.run_directory / kScript,
                          options_.script.run_directory, name_, tasks));
  const auto job = parse_submission(result.output);
  if (!result.succeeded || !job) {
    if (is_controller_trouble(result.complaint)) {
      note(fmt::format("Slurm did not take the job ({}); tried again", result.complaint));
      return;
    }
    throw Error(explain_refusal(result.complaint, options_.spec));
  }
  submissions.back().job = *job;
  save_submissions(files_, submissions);
  note(fmt::format("submitted {} as Slurm job {}",
                   tasks == 1 ? std::string("1 agent") : fmt::format("{} agents", tasks), *job));
  for (std::size_t task = 0; task < tasks; ++task) {
    tasks_.push_back({fmt::format("{}_{}", *job, task), "PENDING", "None"});
  }
}

/// Once for each reason.
void SlurmJobs::note_advice() {
  for (const SlurmTask& task : tasks_) {
    const std::string_view advice = task.state == "PENDING" ? advice_on(task.reason) : "";
    if (!advice.empty() && advised_.insert(task.reason).second) {
      note(fmt::format("Slurm job {} waits for {}: {}", task.job, task.reason, advice));
    }
  }
}

void SlurmJobs::release_failed_launches() {
  std::vector<std::string> held;
  for (const SlurmTask& task : tasks_) {
    if (is_launch_failure(task)) {
      held.push_back(task.job);
    }
  }
  if (!held.empty()) {
    note(fmt::format("Slurm could not start {}; released", fmt::join(held, ", ")));
    (void)call({"scontrol", "release", fmt::format("{}", fmt::join(held, ","))});
  }
}

void SlurmJobs::declare_ended(AgentWatch& agents) {
  std::unordered_set<std::string> live;
  std::unordered_set<std::string> known;
  for (const SlurmTask& task : tasks_) {
    known.insert(task.job);
    if (!is_over(task)) {
      live.insert(task.job);
    }
  }
  for (const std::string& name : agents.names()) {
    const auto identity = agents.identity(name);
    if (identity && known.count(identity->slurm_job) > 0 && live.count(identity->slurm_job) == 0 &&
        agents.declare_lost(name)) {
      note(fmt::format("agent {} is gone with its Slurm job {}; others take its trials over", name,
                       identity->slurm_job));
    }
  }
}

std::string SlurmJobs::why_they_end() const {
  std::map<std::string, std::size_t> ends;
  const SlurmTask* last = nullptr;
  for (const SlurmTask& task : tasks_) {
    if (is_over(task)) {
      ++ends[fmt::format("{} ({})", task.state, task.reason)];
      last = &task;
    }
  }
  std::vector<std::string> parts;
  for (const auto& [end, count] : ends) {
    parts.push_back(fmt::format("{} {}", count, end));
  }
  if (last == nullptr) {
    return "Slurm knows nothing of them any more";
  }
  const std::filesystem::path log =
      options_.script.run_directory / "workers" / fmt::format("slurm-{}.log", last->job);
  const std::string tail = sweep::log_tail_text(log);
  return fmt::format(
      "{}; {}", fmt::join(parts, ", "),
      tail.empty() ? fmt::format("{} is not there: do the nodes see this directory, at this path?",
                                 log.string())
                   : fmt::format("the end of {}:\n{}", log.string(), tail));
}

}  // namespace firesweep::runners
