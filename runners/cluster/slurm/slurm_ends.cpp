#include "runners/cluster/slurm/slurm_ends.h"

#include <algorithm>
#include <map>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log_tail.h"

namespace firesweep::runners::cluster {
namespace {

/// The digits after "key=" at `text`'s beginning of a word.
std::string_view number_at(std::string_view text, std::size_t begin) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789", begin), text.size());
  return text.substr(begin, end - begin);
}

}  // namespace

std::string_view array_of(std::string_view task) {
  return task.substr(0, task.find('_'));
}

std::vector<SlurmEnd> bad_ends(const std::vector<SlurmTask>& tasks) {
  std::vector<SlurmEnd> ends;
  for (const SlurmTask& task : tasks) {
    if (!has_ended(task) || task.state == "COMPLETED") {
      continue;
    }
    const auto alike = std::ranges::find_if(ends, [&task](const SlurmEnd& end) {
      return end.job == array_of(task.job) && end.state == task.state && end.reason == task.reason;
    });
    SlurmEnd& end = alike != ends.end()
                        ? *alike
                        : ends.emplace_back(SlurmEnd{std::string(array_of(task.job)), task.state,
                                                     task.reason, 0, ""});
    ++end.count;
    end.last_task = task.job;
  }
  return ends;
}

std::vector<std::string> show_command(std::string_view task) {
  return {"scontrol", "--oneliner", "show", "job", std::string(task)};
}

std::string parse_exit(std::string_view shown) {
  constexpr std::string_view kKey = " ExitCode=";
  const std::size_t begin = shown.find(kKey);
  if (begin == std::string_view::npos) {
    return {};
  }
  const std::string_view code = number_at(shown, begin + kKey.size());
  const std::string_view signal = number_at(shown, begin + kKey.size() + code.size() + 1);
  if (!code.empty() && code != "0") {
    return fmt::format("exit code {}", code);
  }
  // Slurm's own trouble has numbers that are no signals.
  constexpr std::size_t kDigitsOfSignals = 2;
  constexpr std::string_view kLaunchFailure = "53";
  return signal.empty() || signal == "0" || signal.size() > kDigitsOfSignals ||
                 signal == kLaunchFailure
             ? std::string()
             : fmt::format("signal {}", signal);
}

std::string end_text(const SlurmEnd& end, std::string_view exit) {
  std::string why = end.reason == "None" ? std::string() : end.reason;
  why += why.empty() || exit.empty() ? "" : ", ";
  why += exit;
  return why.empty() ? end.state : fmt::format("{} ({})", end.state, why);
}

std::string summary_of(const std::vector<SlurmEnd>& ends) {
  std::map<std::string, std::size_t> counts;
  for (const SlurmEnd& end : ends) {
    counts[end_text(end, "")] += end.count;
  }
  std::vector<std::string> parts;
  parts.reserve(counts.size());
  for (const auto& [how, count] : counts) {
    parts.push_back(fmt::format("{} {}", count, how));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::filesystem::path agent_log(const std::filesystem::path& run_directory, std::string_view task) {
  return run_directory / "workers" / fmt::format("slurm-{}.log", task);
}

std::string log_text(const std::filesystem::path& log, const SlurmEnd& end, LogPart part) {
  const std::vector<std::string> lines = base::log_tail(log);
  if (!lines.empty()) {
    return part == LogPart::kEnd
               ? fmt::format("the end of {}:\n{}", log.string(), base::log_tail_text(log))
               : fmt::format("{} ends with: {}", log.string(), lines.back());
  }
  std::error_code error;
  if (std::filesystem::exists(log, error)) {
    return fmt::format(
        "{} is empty: the prologue or the program ended before the agent printed anything",
        log.string());
  }
  return end.state == "CANCELLED" ? std::string("it had not started, or could not write a log")
                                  : fmt::format(
                                        "{} is not there: do the nodes see this directory, "
                                        "at this path?",
                                        log.string());
}

std::vector<BlockedJob> blocked_jobs(const std::vector<SlurmTask>& tasks) {
  std::vector<BlockedJob> found;
  for (const SlurmTask& task : tasks) {
    const std::string_view advice = task.state == "PENDING" ? hint_for(task.reason) : "";
    if (!advice.empty() &&
        std::ranges::find(found, task.reason, &BlockedJob::reason) == found.end()) {
      found.push_back({task.reason, fmt::format("Slurm job {} waits for {}: {}", task.job,
                                                task.reason, advice)});
    }
  }
  return found;
}

}  // namespace firesweep::runners::cluster
