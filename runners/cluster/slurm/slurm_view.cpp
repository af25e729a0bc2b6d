#include "runners/cluster/slurm/slurm_view.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/printable.h"
#include "runners/cluster/slurm/slurm_ends.h"
#include "runners/cluster/slurm/slurm_output.h"

namespace firesweep::runners::cluster {
namespace {

/// The last task of `job` that wrote a log, as "123_4".
std::string newest_task(const std::filesystem::path& run_directory, std::string_view job) {
  const std::string prefix = fmt::format("slurm-{}_", job);
  std::string newest;
  std::optional<std::filesystem::file_time_type> newest_time;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(run_directory / "workers", error)) {
    const std::string stem = entry.path().stem().string();
    if (stem.starts_with(prefix) && base::write_time(entry.path()) > newest_time) {
      newest_time = base::write_time(entry.path());
      newest = stem.substr(stem.find('-') + 1);
    }
  }
  return newest;
}

std::string end_note(const SlurmEnd& end, std::string_view exit,
                     const std::filesystem::path& run_directory) {
  return fmt::format(
      "{} of job {} {}; {}", end.count, end.job, end_text(end, exit),
      base::first_line(log_text(agent_log(run_directory, end.last_task), end, LogPart::kLastLine)));
}

/// Only the last one's exit code: each needs a call of Slurm.
void add_ends(base::CommandRunner& commands, const std::vector<SlurmEnd>& ends,
              const std::filesystem::path& run_directory, SlurmView& view) {
  constexpr std::size_t kMaxEnds = 4;
  for (std::size_t i = ends.size() - std::min(ends.size(), kMaxEnds); i < ends.size(); ++i) {
    const bool ask = i + 1 == ends.size() && ends[i].state != "CANCELLED";
    const std::string exit =
        ask ? parse_exit(commands.run(show_command(ends[i].last_task)).output) : std::string();
    view.notes.push_back(end_note(ends[i], exit, run_directory));
  }
}

/// Slurm forgets a job minutes after its end; its agents' logs stay.
std::string forgotten_note(const SlurmSubmission& last,
                           const std::filesystem::path& run_directory) {
  const std::string task = newest_task(run_directory, last.job);
  const SlurmEnd end{last.job, "", "", last.tasks,
                     task.empty() ? fmt::format("{}_0", last.job) : task};
  return fmt::format(
      "job {} has ended; {}", last.job,
      base::first_line(log_text(agent_log(run_directory, end.last_task), end, LogPart::kLastLine)));
}

}  // namespace

SlurmView query_slurm(base::CommandRunner& commands,
                      const std::vector<SlurmSubmission>& submissions,
                      const std::filesystem::path& run_directory) {
  SlurmView view;
  const std::string names = job_names(submissions);
  if (names.empty()) {
    return view;
  }
  try {
    const base::CommandResult answer = commands.run(queue_command(names));
    if (!answer.succeeded) {
      return {fmt::format("no answer ({})", base::first_line(answer.stderr_text)), true, {}};
    }
    std::vector<SlurmTask> tasks = parse_queue(answer.output);
    if (const std::size_t leaving = drop_cancelled(submissions, tasks); leaving > 0) {
      view.notes.push_back(fmt::format("{} cancelled, still exiting", leaving));
    }
    view.summary = summary_of(tasks);
    view.may_work = !view.summary.empty();
    for (const BlockedJob& wait : blocked_jobs(tasks)) {
      view.notes.push_back(wait.words);
    }
    std::vector<SlurmEnd> ends = bad_ends(tasks);
    std::erase_if(ends, [&submissions](const SlurmEnd& end) {
      return end.state == "CANCELLED" && is_cancelled(submissions, end.job);
    });
    add_ends(commands, ends, run_directory, view);
  } catch (const Error&) {
    return {};  // no Slurm on this machine
  }
  const SlurmSubmission& last = submissions.back();
  if (!view.may_work && view.notes.empty() && !last.job.empty() && !last.cancelled) {
    view.notes.push_back(forgotten_note(last, run_directory));
  }
  return view;
}

}  // namespace firesweep::runners::cluster
