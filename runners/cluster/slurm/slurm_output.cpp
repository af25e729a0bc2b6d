#include "runners/cluster/slurm/slurm_output.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace firesweep::runners::cluster {
namespace {

constexpr std::size_t kDefaultMaxArraySize = 1001;

constexpr std::array<std::string_view, 11> kEndStates{
    "COMPLETED", "FAILED",   "CANCELLED", "TIMEOUT", "NODE_FAIL",   "OUT_OF_MEMORY",
    "BOOT_FAIL", "DEADLINE", "PREEMPTED", "REVOKED", "SPECIAL_EXIT"};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool contains(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) ==
                  std::tolower(static_cast<unsigned char>(b));
         }) != text.end();
}

}  // namespace

std::vector<std::string> queue_command(std::string_view name) {
  return {"squeue",           "--noheader",
          "--array",          "--me",
          "--states=all",     fmt::format("--name={}", name),
          "--format=%i|%T|%r"};
}

std::vector<SlurmTask> parse_queue(std::string_view output) {
  std::vector<SlurmTask> tasks;
  for (const std::string_view line : lines_of(output)) {
    const std::size_t first = line.find('|');
    const std::size_t second = first == std::string_view::npos ? first : line.find('|', first + 1);
    if (second == std::string_view::npos) {
      continue;
    }
    const std::string_view job = trimmed(line.substr(0, first));
    if (job.empty() || job.find_first_not_of("0123456789_[]-,%") != std::string_view::npos) {
      continue;
    }
    const std::string_view state = trimmed(line.substr(first + 1, second - first - 1));
    tasks.push_back({std::string(job), std::string(state.substr(0, state.find(' '))),
                     std::string(trimmed(line.substr(second + 1)))});
  }
  return tasks;
}

bool has_ended(const SlurmTask& task) {
  return std::ranges::find(kEndStates, task.state) != kEndStates.end();
}

bool is_launch_failure(const SlurmTask& task) {
  return task.state == "PENDING" && contains(task.reason, "launch failed requeued held");
}

std::optional<std::string> parse_submission(std::string_view output) {
  for (const std::string_view line : lines_of(output)) {
    const std::string_view id = trimmed(line.substr(0, line.find(';')));
    if (!id.empty() && id.find_first_not_of("0123456789") == std::string_view::npos) {
      return std::string(id);
    }
  }
  return std::nullopt;
}

std::size_t parse_max_array_size(std::string_view config) {
  for (const std::string_view line : lines_of(config)) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || trimmed(line.substr(0, equals)) != "MaxArraySize") {
      continue;
    }
    const std::string_view number = trimmed(line.substr(equals + 1));
    std::size_t size = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), size).ec == std::errc{} &&
        size > 0) {
      return size;
    }
  }
  return kDefaultMaxArraySize;
}

std::string explain_refusal(std::string_view stderr_text, const ExecutorSpec& spec) {
  struct Known {
    std::string_view sign;
    std::string_view key;
    const std::string& value;
    std::string_view advice;
  };
  static const std::string kNone;
  const std::array<Known, 7> known{{
      {"invalid partition", "partition", spec.partition, "'sinfo' lists the partitions"},
      {"invalid account", "account", spec.account,
       "'sacctmgr show associations' lists accounts and partitions you may use"},
      {"invalid qos", "qos", spec.qos, "'sacctmgr show qos' lists them"},
      {"invalid feature", "constraint", spec.constraint, "'sinfo -o %f' lists features"},
      {"generic resource", "gres", spec.gres, "'sinfo -o %G' lists what nodes have"},
      {"time limit", "time", kNone, "'sinfo -o \"%P %l\"' shows the longest a partition allows"},
      {"node configuration", "cpus and memory", kNone,
       "no node has as much; 'sinfo -o \"%n %c %m\"' shows what they have"},
  }};
  for (const Known& one : known) {
    if (contains(stderr_text, one.sign)) {
      return fmt::format("Slurm refuses executor.{}{}: {}; {}", one.key,
                         one.value.empty() ? std::string() : fmt::format(" '{}'", one.value),
                         trimmed(stderr_text), one.advice);
    }
  }
  return fmt::format("Slurm refuses the job: {}", trimmed(stderr_text));
}

bool is_controller_trouble(std::string_view stderr_text) {
  constexpr std::array<std::string_view, 6> kSigns{"unable to contact slurm controller",
                                                   "socket timed out",
                                                   "connection refused",
                                                   "controller is not responding",
                                                   "zero bytes were transmitted",
                                                   "slurm temporarily unable to accept"};
  return std::ranges::any_of(
      kSigns, [stderr_text](std::string_view sign) { return contains(stderr_text, sign); });
}

std::string_view hint_for(std::string_view reason) {
  struct Known {
    std::string_view sign;
    std::string_view advice;
  };
  constexpr std::array<Known, 10> kKnown{{
      {"PartitionConfig",
       "no node of the partition has what executor.cpus, memory, gres and constraint ask for"},
      {"BadConstraints",
       "no node has what executor.cpus, memory, gres and constraint ask for together"},
      {"PartitionTimeLimit", "executor.time is longer than the partition allows"},
      {"PartitionNodeLimit", "the partition does not allow so many nodes"},
      {"PartitionDown", "the partition is down; executor.partition names another"},
      {"PartitionInactive", "the partition is inactive; executor.partition names another"},
      {"ReqNodeNotAvail", "nodes that it asks for are down or reserved"},
      {"JobHeld", "the job is held: 'scontrol release' lets it go"},
      {"Assoc", "a limit of the account is reached"},
      {"QOS", "a limit of the quality of service is reached"},
  }};
  const auto found = std::ranges::find_if(
      kKnown, [reason](const Known& known) { return contains(reason, known.sign); });
  return found == kKnown.end() ? std::string_view() : found->advice;
}

std::string summary_of(const std::vector<SlurmTask>& tasks) {
  std::size_t running = 0;
  std::map<std::string, std::size_t> waiting;  // by reason
  for (const SlurmTask& task : tasks) {
    if (has_ended(task)) {
      continue;
    }
    if (task.state == "PENDING") {
      ++waiting[task.reason];
    } else {
      ++running;
    }
  }
  std::vector<std::string> parts;
  if (running > 0) {
    parts.push_back(fmt::format("{} running", running));
  }
  for (const auto& [reason, count] : waiting) {
    parts.push_back(fmt::format("{} waiting ({})", count, reason));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace firesweep::runners::cluster
