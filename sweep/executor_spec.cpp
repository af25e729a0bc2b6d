#include "sweep/executor_spec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sweep/error.h"
#include "sweep/file_io.h"
#include "sweep/printable.h"
#include "sweep/sbatch_option.h"

namespace firesweep::sweep {
namespace {

constexpr std::array<std::string_view, 19> kKeys{
    "kind",     "workers",  "cpus",      "jobs_per_worker", "memory", "time",       "signal",
    "throttle", "lease",    "partition", "account",         "qos",    "constraint", "gres",
    "sbatch",   "prologue", "container", "command",         "worker"};

constexpr std::int64_t kMostAgents = 1000000;
constexpr std::int64_t kMostCpus = 4096;

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array<Unit, 5> kTimes{
    {{"s", 1.0}, {"m", 60.0}, {"h", 3600.0}, {"d", 86400.0}, {"", 1.0}}};
constexpr std::array<Unit, 7> kSizes{{{"KB", 1e3},
                                      {"MB", 1e6},
                                      {"GB", 1e9},
                                      {"KiB", 1024.0},
                                      {"MiB", 1048576.0},
                                      {"GiB", 1073741824.0},
                                      {"B", 1.0}}};

/// "90s", "1.5h", "4GB"; nothing if it is not a positive number with one of the units.
template <std::size_t n>
std::optional<double> with_unit(std::string_view text, const std::array<Unit, n>& units) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number <= 0.0) {
    return std::nullopt;
  }
  std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  while (rest.starts_with(' ')) {
    rest.remove_prefix(1);
  }
  const auto unit = std::ranges::find(units, rest, &Unit::name);
  return unit == units.end() ? std::nullopt : std::optional(number * unit->factor);
}

double seconds(const YamlReader& yaml, const YamlEntry& entry) {
  constexpr std::string_view kExpected = "a time such as 90s, 30m, 2h or 1d";
  const std::string what = "executor." + entry.key;
  const auto value = with_unit(yaml.text(entry.value, what, kExpected), kTimes);
  if (!value) {
    yaml.fail_expected(entry.value, what, kExpected);
  }
  return *value;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// One line of text that may stand in a job script.
std::string line(const YamlReader& yaml, const YAML::Node& node, const std::string& what,
                 std::string_view expected) {
  std::string text = yaml.text(node, what, expected);
  if (text.empty() || std::ranges::any_of(text, is_control)) {
    yaml.fail_expected(node, what, expected);
  }
  return text;
}

/// A value of an #SBATCH line, which Slurm splits at blanks, quotes and '#'.
std::string word(const YamlReader& yaml, const YamlEntry& entry) {
  constexpr std::string_view kExpected = "a name without blanks, quotes, '#' or line breaks";
  const std::string what = "executor." + entry.key;
  std::string text = line(yaml, entry.value, what, kExpected);
  if (text.find_first_of(" \"'#\\`$") != std::string::npos) {
    yaml.fail_expected(entry.value, what, kExpected);
  }
  return text;
}

std::vector<std::string> options(const YamlReader& yaml, const YamlEntry& entry) {
  constexpr std::string_view kExpected = "an option of sbatch such as --mail-type=END, on one line";
  std::vector<std::string> lines;
  for (const YAML::Node& node :
       yaml.elements(entry.value, "executor.sbatch", "a list of options")) {
    lines.push_back(line(yaml, node, "executor.sbatch", kExpected));
    if (!lines.back().starts_with('-')) {
      yaml.fail_expected(node, "executor.sbatch", kExpected);
    }
    if (const std::string objection = objection_to(lines.back()); !objection.empty()) {
      yaml.fail(yaml.location(node), fmt::format("executor.sbatch: {}", objection));
    }
  }
  return lines;
}

ExecutorKind kind_from(const YamlReader& yaml, const YAML::Node& node) {
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

/// One or more profiles in a file of the user's.
std::vector<YamlEntry> profiles_in(const std::filesystem::path& file, const YamlReader& yaml) {
  const auto text = file.empty() ? std::nullopt : read_file_if_there(file);
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

ExecutorSpec read_executor(const YamlReader& yaml, const YAML::Node& node) {
  ExecutorSpec spec;
  const auto entries =
      yaml.entries(node, "executor", "a map such as {kind: slurm, workers: 8, time: 1h}");
  for (const YamlEntry& entry : entries) {
    set_executor_key(yaml, entry, spec);
  }
  if (std::ranges::find(entries, std::string("kind"), &YamlEntry::key) == entries.end()) {
    yaml.fail(yaml.location(node), "executor has no kind; expected local, shared or slurm");
  }
  return spec;
}

void set_executor_key(const YamlReader& yaml, const YamlEntry& entry, ExecutorSpec& spec) {
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
    spec.lease_seconds = seconds(yaml, entry);
  } else if (entry.key == "time") {
    spec.time_seconds = static_cast<std::int64_t>(seconds(yaml, entry));
  } else if (entry.key == "signal") {
    spec.signal_seconds = static_cast<std::int64_t>(seconds(yaml, entry));
  } else if (entry.key == "memory") {
    constexpr std::string_view kExpected = "a size such as 700MB or 4GiB";
    const auto bytes = with_unit(yaml.text(entry.value, what, kExpected), kSizes);
    if (!bytes) {
      yaml.fail_expected(entry.value, what, kExpected);
    }
    spec.memory_bytes = static_cast<std::int64_t>(*bytes);
  } else if (entry.key == "workers") {
    spec.workers = count(1, kMostAgents);
  } else if (entry.key == "jobs_per_worker") {
    spec.jobs_per_worker = count(1, kMostCpus);
  } else if (entry.key == "cpus") {
    spec.cpus = count(1, kMostCpus);
  } else if (entry.key == "throttle") {
    spec.throttle = count(1, kMostAgents);
  } else if (entry.key == "sbatch") {
    spec.sbatch = options(yaml, entry);
  } else if (entry.key == "prologue") {
    spec.prologue = yaml.text(entry.value, what, "lines of a shell script");
  } else {
    yaml.fail_unknown(entry, "executor", kKeys);
  }
}

void apply_executor_overrides(const std::vector<Override>& overrides, ExecutorSpec& spec) {
  for (const Override& one : overrides) {
    const YamlReader yaml(fmt::format("--set {}={}", one.key, one.value),
                          YamlReader::Source::kOverride);
    set_executor_key(yaml, {one.key.substr(one.key.find('.') + 1), {}, yaml.parse(one.value)},
                     spec);
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
  const YamlReader yaml(profiles.string());
  std::vector<std::string> known;
  for (const YamlEntry& entry : profiles_in(profiles, yaml)) {
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
  throw Error(fmt::format("--executor {}: unknown; expected one of {} (profiles of {} among them)",
                          shortened(name), fmt::join(known, ", "),
                          profiles.empty() ? "the user" : profiles.string()));
}

}  // namespace firesweep::sweep
