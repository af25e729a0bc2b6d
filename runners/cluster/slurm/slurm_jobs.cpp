#include "runners/cluster/slurm/slurm_jobs.h"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/host.h"
#include "runners/cluster/job_queue.h"

namespace firesweep::runners::cluster {
namespace {

constexpr std::string_view kScript = "slurm.sh";
constexpr double kPollGrowth = 1.5;
constexpr double kPollSecondsPerTask = 0.02;
constexpr int kMaxFruitless = 3;

}  // namespace

SlurmJobs::SlurmJobs(base::CommandRunner& commands, SharedFiles& files, SlurmJobsOptions options)
    : commands_(commands),
      files_(files),
      options_(std::move(options)),
      name_(job_name(options_.script.run_directory, options_.script.sweep)),
      earlier_(load_submissions(files)),
      interval_(options_.min_poll_seconds),
      backoff_(options_.min_poll_seconds) {}

void SlurmJobs::note(std::string_view line) const {
  if (options_.note) {
    options_.note(line);
  }
}

base::CommandResult SlurmJobs::call(const std::vector<std::string>& command) {
  ++calls_;
  return commands_.run(command);
}

bool SlurmJobs::ask() {
  const base::CommandResult result = call(queue_command(job_names(earlier_, name_)));
  if (!result.succeeded) {
    if (!started_ && !is_controller_trouble(result.stderr_text)) {
      throw Error(fmt::format("Slurm can't be asked from here: {}", result.stderr_text));
    }
    note(fmt::format("Slurm does not answer ({}); asked again in {:.0f} s", result.stderr_text,
                     backoff_));
    return false;
  }
  tasks_ = parse_queue(result.output);
  exiting_ = drop_cancelled(earlier_, tasks_);
  return true;
}

std::size_t SlurmJobs::live_tasks() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(tasks_, [](const SlurmTask& task) { return !has_ended(task); }));
}

std::size_t SlurmJobs::wanted(std::size_t open_jobs) const {
  const std::size_t useful = (open_jobs + options_.script.jobs - 1) / options_.script.jobs;
  return std::min(static_cast<std::size_t>(options_.spec.workers), useful);
}

void SlurmJobs::start(std::size_t open_jobs, const std::function<bool(double seconds)>& wait) {
  while (true) {
    if (ask()) {
      submit_missing(open_jobs);
      if (submitted_) {
        return;
      }
    }
    if (!wait || !wait(backoff_)) {
      throw Error(fmt::format(
          "Slurm's controller does not answer: no agent was submitted; the trials are queued in "
          "{}, the same command submits agents for them later",
          options_.script.run_directory.string()));
    }
    backoff_ = std::min(2.0 * backoff_, options_.max_backoff_seconds);
  }
}

/// Those of an earlier coordinator continue.
void SlurmJobs::submit_missing(std::size_t open_jobs) {
  started_ = true;
  const std::size_t live = live_tasks();
  if (live > 0) {
    note(fmt::format("agents of an earlier submission are still active: {}", summary_of(tasks_)));
  }
  if (exiting_ > 0) {
    note(fmt::format("cancelled agents that are still exiting: {}", exiting_));
  }
  for (const SlurmTask& task : tasks_) {
    if (has_ended(task)) {
      ended_.insert(task.job);  // the command that submitted them has reported it
    }
  }
  fill_up(open_jobs);
}

void SlurmJobs::fill_up(std::size_t open_jobs) {
  const std::size_t live = live_tasks();
  submitted_ = true;
  if (live < wanted(open_jobs)) {
    submit(wanted(open_jobs) - live);
  }
}

void SlurmJobs::handle_answer(double now) {
  backoff_ = options_.min_poll_seconds;
  const std::string summary = summary_of(tasks_);
  // Where there are many, something always changes.
  const double shortest = std::min(
      std::max(options_.min_poll_seconds, kPollSecondsPerTask * static_cast<double>(tasks_.size())),
      options_.max_poll_seconds);
  interval_ = summary == noted_summary_
                  ? std::min(interval_ * kPollGrowth, options_.max_poll_seconds)
                  : shortest;
  if (summary != std::exchange(noted_summary_, summary) && !summary.empty()) {
    note(fmt::format("agents: {}", summary));
    note_hints();
  }
  next_poll_ = now + interval_;
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
    backoff_ = std::min(2.0 * backoff_, options_.max_backoff_seconds);
    return;
  }
  handle_answer(now);
  if (!started_) {
    submit_missing(open_jobs);
    return;
  }
  note_ends();
  release_failed_launches();
  declare_ended(agents);
  if (!submitted_) {  // some or all, for the controller did not answer then
    fill_up(open_jobs);
    return;
  }
  if (live_tasks() > 0 || agents.count() > 0) {
    replace_failed(open_jobs);
    return;
  }
  if (is_cancelled()) {
    return;
  }
  if (++fruitless_ >= kMaxFruitless) {
    throw Error(fmt::format("{} times agents ended without finishing an epoch: {}", fruitless_,
                            why_they_end()));
  }
  failed_ = 0;
  submit(wanted(open_jobs));
}

/// By another process since the last scan: new agents would exit at once.
bool SlurmJobs::is_cancelled() const {
  return JobQueue(files_).commands().exit;
}

void SlurmJobs::submit(std::size_t agents) {
  if (is_cancelled()) {
    return;
  }
  if (!max_array_size_) {
    const base::CommandResult config = call({"scontrol", "show", "config"});
    max_array_size_ = parse_max_array_size(config.output);
  }
  files_.write(std::string(kScript), script_text(options_.spec, options_.script));
  submitted_ = true;
  for (const std::size_t tasks : array_sizes(agents, *max_array_size_)) {
    submitted_ = submitted_ && submit_array(tasks);
  }
}

bool SlurmJobs::submit_array(std::size_t tasks) {
  std::vector<SlurmSubmission> submissions = load_submissions(files_);
  submissions.push_back({base::utc_now(), tasks, "", name_});
  save_submissions(files_, submissions);  // before, so that no job is unaccounted for
  const base::CommandResult result =
      call(submit_command(options_.spec, options_.script.run_directory / kScript,
                          options_.script.run_directory, name_, tasks));
  const auto job = parse_submission(result.output);
  if (!result.succeeded || !job) {
    if (is_controller_trouble(result.stderr_text)) {
      note(fmt::format("Slurm did not take the job ({}); tried again", result.stderr_text));
      return false;
    }
    throw Error(explain_refusal(result.stderr_text, options_.spec));
  }
  submissions.back().job = *job;
  save_submissions(files_, submissions);
  note(fmt::format("submitted {} as Slurm job {}",
                   tasks == 1 ? std::string("1 agent") : fmt::format("{} agents", tasks), *job));
  for (std::size_t task = 0; task < tasks; ++task) {
    tasks_.push_back({fmt::format("{}_{}", *job, task), "PENDING", "None"});
  }
  return true;
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

}  // namespace firesweep::runners::cluster
