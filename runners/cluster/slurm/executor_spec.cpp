#include "runners/cluster/slurm/executor_spec.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/printable.h"
#include "base/units.h"
#include "runners/cluster/slurm/sbatch_option.h"
#include "sweep/spec/executor_node.h"

namespace firesweep::runners::cluster {
namespace {

constexpr std::array<std::string_view, 19> kKeys{
    "kind",     "workers",  "cpus",      "jobs_per_worker", "memory", "time",       "signal",
    "throttle", "lease",    "partition", "account",         "qos",    "constraint", "gres",
    "sbatch",   "prologue", "container", "command",         "worker"};

constexpr std::int64_t kMaxAgents = 1000000;
constexpr std::int64_t kMaxCpus = 4096;

double seconds(const sweep::YamlReader& yaml, const sweep::YamlEntry& entry) {
  const std::string what = "executor." + entry.key;
  const std::string text = yaml.text(entry.value, what, base::kTimeFormats);
  const auto value = base::seconds_from(text);
  if (!value) {
    yaml.fail_expected(entry.value, what,
                       base::is_bare_number(text)
                           ? fmt::format("a unit: {0}m for {0} minutes", text)
                           : std::string(base::kTimeFormats));
  }
  return *value;
}

/// The same, but a number without a unit is seconds, as in Slurm's --signal.
double seconds_or_bare(const sweep::YamlReader& yaml, const sweep::YamlEntry& entry) {
  if (entry.value.IsScalar() && base::is_bare_number(entry.value.Scalar())) {
    constexpr std::int64_t kMaxSeconds = std::int64_t{86400} * 365;
    return static_cast<double>(yaml.integer(entry.value, "executor." + entry.key, 1, kMaxSeconds));
  }
  return seconds(yaml, entry);
}

std::int64_t bytes(const sweep::YamlReader& yaml, const sweep::YamlEntry& entry) {
  const auto value =
      base::bytes_from(yaml.text(entry.value, "executor.memory", base::kSizeFormats));
  if (!value) {
    yaml.fail_expected(entry.value, "executor.memory", base::kSizeFormats);
  }
  return static_cast<std::int64_t>(*value);
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// One line of text, safe in a job script.
std::string line(const sweep::YamlReader& yaml, const YAML::Node& node, const std::string& what,
                 std::string_view expected) {
  std::string text = yaml.text(node, what, expected);
  if (text.empty() || std::ranges::any_of(text, is_control)) {
    yaml.fail_expected(node, what, expected);
  }
  return text;
}

/// A value of an #SBATCH line, which Slurm splits at blanks, quotes and '#'.
std::string word(const sweep::YamlReader& yaml, const sweep::YamlEntry& entry) {
  constexpr std::string_view kExpected = "a name without blanks, quotes, '#' or line breaks";
  const std::string what = "executor." + entry.key;
  std::string text = line(yaml, entry.value, what, kExpected);
  if (text.find_first_of(" \"'#\\`$") != std::string::npos) {
    yaml.fail_expected(entry.value, what, kExpected);
  }
  return text;
}

std::vector<std::string> options(const sweep::YamlReader& yaml, const sweep::YamlEntry& entry) {
  constexpr std::string_view kExpected = "an option of sbatch such as --mail-type=END, on one line";
  std::vector<std::string> lines;
  for (const YAML::Node& node :
       yaml.elements(entry.value, "executor.sbatch", "a list of options")) {
    lines.push_back(line(yaml, node, "executor.sbatch", kExpected));
    if (!lines.back().starts_with('-')) {
      yaml.fail_expected(node, "executor.sbatch", kExpected);
    }
    if (const std::string reason = rejection_reason(lines.back()); !reason.empty()) {
      yaml.fail(yaml.location(node), fmt::format("executor.sbatch: {}", reason));
    }
  }
  return lines;
}

ExecutorKind kind_from(const sweep::YamlReader& yaml, const YAML::Node& node) {
  const std::string name = yaml.text(node, "executor.kind", "local, shared or slurm");
  for (const ExecutorKind kind :
       {ExecutorKind::kLocal, ExecutorKind::kShared, ExecutorKind::kSlurm}) {
    if (name == to_string(kind)) {
      return kind;
    }
  }
  yaml.fail_expected(node, "executor.kind", "local, shared or slurm");
}

std::string* text_member(ExecutorSpec& spec, std::string_view key) {
  const std::array<std::pair<std::string_view, std::string*>, 5> members{
      {{"partition", &spec.partition},
       {"account", &spec.account},
       {"qos", &spec.qos},
       {"constraint", &spec.constraint},
       {"gres", &spec.gres}}};
  const auto* const found =
      std::ranges::find(members, key, &std::pair<std::string_view, std::string*>::first);
  return found == members.end() ? nullptr : found->second;
}

std::string* path_member(ExecutorSpec& spec, std::string_view key) {
  return key == "container" ? &spec.container
         : key == "command" ? &spec.command
         : key == "worker"  ? &spec.worker
                            : nullptr;
}

/// The profiles in the user's file.
std::vector<sweep::YamlEntry> profiles_in(const std::filesystem::path& file,
                                          const sweep::YamlReader& yaml) {
  const auto text = file.empty() ? std::nullopt : base::read_file_if_exists(file);
  if (!text) {
    return {};
  }
  return yaml.entries(yaml.parse(*text), "the file of executor profiles",
                      "a map of names to executors, such as big: {kind: slurm, workers: 16}");
}

}  // namespace

std::string_view to_string(ExecutorKind kind) {
  switch (kind) {
    case ExecutorKind::kLocal:
      return "local";
    case ExecutorKind::kShared:
      return "shared";
    case ExecutorKind::kSlurm:
      break;
  }
  return "slurm";
}

ExecutorSpec read_executor(const sweep::YamlReader& yaml, const YAML::Node& node) {
  ExecutorSpec spec;
  const auto entries =
      yaml.entries(node, "executor", "a map such as {kind: slurm, workers: 8, time: 1h}");
  for (const sweep::YamlEntry& entry : entries) {
    set_executor_key(yaml, entry, spec);
  }
  if (std::ranges::find(entries, std::string("kind"), &sweep::YamlEntry::key) == entries.end()) {
    yaml.fail(yaml.location(node), "executor has no kind; expected local, shared or slurm");
  }
  return spec;
}

void set_executor_key(const sweep::YamlReader& yaml, const sweep::YamlEntry& entry,
                      ExecutorSpec& spec) {
  const std::string what = "executor." + entry.key;
  const auto count = [&](std::int64_t minimum, std::int64_t maximum) {
    return yaml.integer(entry.value, what, minimum, maximum);
  };
  if (std::string* const text = text_member(spec, entry.key)) {
    *text = word(yaml, entry);
  } else if (std::string* const path = path_member(spec, entry.key)) {
    *path = line(yaml, entry.value, what, "a path or name on one line");
  } else if (entry.key == "kind") {
    spec.kind = kind_from(yaml, entry.value);
  } else if (entry.key == "lease") {
    spec.lease_seconds = seconds_or_bare(yaml, entry);
  } else if (entry.key == "time") {
    spec.time_seconds = static_cast<std::int64_t>(seconds(yaml, entry));
  } else if (entry.key == "signal") {
    spec.signal_seconds = static_cast<std::int64_t>(seconds_or_bare(yaml, entry));
  } else if (entry.key == "memory") {
    spec.memory_bytes = bytes(yaml, entry);
  } else if (entry.key == "workers") {
    spec.workers = count(1, kMaxAgents);
  } else if (entry.key == "jobs_per_worker") {
    spec.jobs_per_worker = count(1, kMaxCpus);
  } else if (entry.key == "cpus") {
    spec.cpus = count(1, kMaxCpus);
  } else if (entry.key == "throttle") {
    spec.throttle = count(1, kMaxAgents);
  } else if (entry.key == "sbatch") {
    spec.sbatch = options(yaml, entry);
  } else if (entry.key == "prologue") {
    spec.prologue = yaml.text(entry.value, what, "lines of a shell script");
  } else {
    yaml.fail_unknown(entry, "executor", kKeys);
  }
}

void apply_executor_overrides(const std::vector<sweep::Override>& overrides, ExecutorSpec& spec) {
  for (const sweep::Override& one : overrides) {
    const sweep::YamlReader yaml(fmt::format("--set {}={}", one.key, one.value),
                                 sweep::YamlReader::Source::kOverride);
    set_executor_key(yaml, {one.key.substr(one.key.find('.') + 1), {}, yaml.parse(one.value)},
                     spec);
  }
}

std::optional<ExecutorSpec> executor_in(const sweep::SweepSpec& sweep) {
  ExecutorSpec spec;
  bool has_kind = sweep.executor != nullptr;
  if (has_kind) {
    spec = read_executor(sweep::YamlReader(sweep.executor->file), sweep.executor->node);
  }
  apply_executor_overrides(sweep.executor_overrides, spec);
  for (const sweep::Override& one : sweep.executor_overrides) {
    has_kind = has_kind || one.key == "executor.kind";
  }
  return has_kind ? std::optional(std::move(spec)) : std::nullopt;
}

std::int64_t signal_seconds(const ExecutorSpec& spec) {
  constexpr std::int64_t kDefault = 60;
  if (spec.signal_seconds > 0) {
    return spec.signal_seconds;
  }
  return spec.time_seconds > 0 ? std::min(kDefault, (spec.time_seconds + 1) / 2) : kDefault;
}

void check_executor(const ExecutorSpec& spec) {
  if (spec.time_seconds > 0 && spec.signal_seconds >= spec.time_seconds) {
    throw Error(fmt::format(
        "executor.signal is {} s and executor.time {} s: agents would stop as soon as they "
        "start; expected a signal much shorter than the time",
        spec.signal_seconds, spec.time_seconds));
  }
}

std::filesystem::path executor_profiles_path() {
  for (const auto& [variable, below] : {std::pair("XDG_CONFIG_HOME", ""), {"HOME", ".config"}}) {
    const char* const value = std::getenv(variable);
    if (value != nullptr && *value != '\0') {
      return std::filesystem::path(value) / below / "firesweep" / "executors.yaml";
    }
  }
  return {};
}

ExecutorSpec find_executor(const std::string& name, const ExecutorSpec* own,
                           const std::filesystem::path& profiles) {
  const sweep::YamlReader yaml(profiles.string());
  std::vector<std::string> known;
  for (const sweep::YamlEntry& entry : profiles_in(profiles, yaml)) {
    if (entry.key == name) {
      return read_executor(yaml, entry.value);
    }
    known.push_back(entry.key);
  }
  if (own != nullptr && name == to_string(own->kind)) {
    return *own;
  }
  for (const ExecutorKind kind :
       {ExecutorKind::kLocal, ExecutorKind::kShared, ExecutorKind::kSlurm}) {
    if (name == to_string(kind)) {
      ExecutorSpec spec;
      spec.kind = kind;
      return spec;
    }
  }
  known.insert(known.begin(), {"local", "shared", "slurm"});
  throw Error(
      fmt::format("--executor {}: unknown; expected one of {} (including the profiles in {})",
                  base::shortened(name), fmt::join(known, ", "),
                  profiles.empty() ? "executors.yaml" : profiles.string()));
}

}  // namespace firesweep::runners::cluster
