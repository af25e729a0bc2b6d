// How a coordinator handles agents' jobs that wait or have ended.
#include <algorithm>
#include <map>
#include <unordered_set>

#include <fmt/format.h>

#include "runners/cluster/slurm/slurm_jobs.h"

namespace firesweep::runners::cluster {

/// Once for each reason.
void SlurmJobs::note_hints() {
  for (const BlockedJob& wait : blocked_jobs(tasks_)) {
    if (advised_.insert(wait.reason).second) {
      note(wait.words);
    }
  }
}

void SlurmJobs::note_ends() {
  std::vector<SlurmTask> news;
  std::map<std::string_view, std::size_t> sizes;  // tasks of each array
  for (const SlurmTask& task : tasks_) {
    ++sizes[array_of(task.job)];
    if (has_ended(task) && ended_.insert(task.job).second) {
      news.push_back(task);
    }
  }
  for (const SlurmEnd& end : bad_ends(news)) {
    // A user who cancels one by hand may want fewer.
    failed_ += end.state == "CANCELLED" ? 0 : end.count;
    note(fmt::format("{} of {} agents of Slurm job {}: {}; {}", end.count, sizes[end.job], end.job,
                     end_text(end, exit_of(end)),
                     log_text(agent_log(options_.script.run_directory, end.last_task), end,
                              LogPart::kLastLine)));
  }
}

/// Bounded: on a node that fails every agent at once, replacing would never end.
void SlurmJobs::replace_failed(std::size_t open_jobs) {
  const std::size_t live = live_tasks();
  const std::size_t max_replaced = static_cast<std::size_t>(options_.spec.workers);
  if (failed_ == 0 || live >= wanted(open_jobs)) {
    return;
  }
  const std::size_t agents = std::min(
      {failed_, wanted(open_jobs) - live, max_replaced - std::min(max_replaced, replaced_)});
  failed_ = 0;
  if (agents == 0) {
    note(
        fmt::format("{} failed agents have been replaced, the maximum for one command; the other "
                    "agents continue; run the same command again to submit more",
                    replaced_));
    return;
  }
  replaced_ += agents;
  submit(agents);
}

std::string SlurmJobs::exit_of(const SlurmEnd& end) {
  return end.state == "CANCELLED" ? std::string()
                                  : parse_exit(call(show_command(end.last_task)).output);
}

void SlurmJobs::declare_ended(AgentWatch& agents) {
  std::unordered_set<std::string> live;
  std::unordered_set<std::string> known;
  for (const SlurmTask& task : tasks_) {
    known.insert(task.job);
    if (!has_ended(task)) {
      live.insert(task.job);
    }
  }
  for (const std::string& name : agents.names()) {
    const auto identity = agents.identity(name);
    if (identity && known.count(identity->slurm_job) > 0 && live.count(identity->slurm_job) == 0 &&
        agents.declare_lost(name)) {
      note(fmt::format("agent {} is gone with its Slurm job {}; others reclaim its trials", name,
                       identity->slurm_job));
    }
  }
}

std::string SlurmJobs::why_they_end() {
  const std::vector<SlurmEnd> ends = bad_ends(tasks_);
  if (ends.empty()) {
    return tasks_.empty() ? "Slurm no longer knows these jobs"
                          : "they completed but trials are left";
  }
  const std::string exit = exit_of(ends.back());
  return fmt::format("{}{}; {}", summary_of(ends),
                     exit.empty() ? std::string() : fmt::format(", the last with {}", exit),
                     log_text(agent_log(options_.script.run_directory, ends.back().last_task),
                              ends.back(), LogPart::kEnd));
}

}  // namespace firesweep::runners::cluster
