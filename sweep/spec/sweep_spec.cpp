#include "sweep/spec/sweep_spec.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/atomic_file.h"
#include "models/family.h"
#include "sweep/spec/executor_node.h"
#include "sweep/spec/spec_reader.h"

namespace firesweep::sweep {
namespace {

constexpr std::array<std::string_view, 10> kTopLevelKeys{
    "name", "dataset", "model",   "training",   "grid",
    "zip",  "exclude", "include", "objectives", "executor"};

/// With the names of the stages, which are keys of the sweep file as well.
std::vector<std::string_view> top_level_keys() {
  std::vector<std::string_view> keys(kTopLevelKeys.begin(), kTopLevelKeys.end());
  for (const std::string_view stage : stage_names()) {
    keys.push_back(stage);
  }
  return keys;
}

void add_family(std::vector<std::string>& families, const YAML::Node& node) {
  if (node.IsScalar() && models::find_family(node.Scalar()) != nullptr &&
      std::ranges::find(families, node.Scalar()) == families.end()) {
    families.push_back(node.Scalar());
  }
}

/// Families named by `holder`'s key `family`, as one value or a list of them.
void add_families_of(std::vector<std::string>& families, const YAML::Node& holder) {
  if (!holder.IsMap() || !holder["family"]) {
    return;
  }
  const YAML::Node family = holder["family"];
  add_family(families, family);
  if (family.IsSequence()) {
    for (const YAML::Node& element : family) {
      add_family(families, element);
    }
  }
}

/// The families whose keys the file may use, needed before any key of `model:` can be checked.
/// Ignores unknown families: they are reported where they are read.
std::vector<std::string> families_in(const YAML::Node& root,
                                     const std::vector<Override>& overrides) {
  std::vector<std::string> families;
  for (const Override& override : overrides) {
    if (override.key == "family" || override.key.ends_with(".family")) {
      YAML::Node holder;
      holder["family"] = YamlReader(fmt::format("--set {}={}", override.key, override.value),
                                    YamlReader::Source::kOverride)
                             .parse(override.value);
      add_families_of(families, holder);
    }
  }
  for (const char* section : {"model", "grid"}) {
    if (root[section]) {
      add_families_of(families, root[section]);
    }
  }
  if (root["zip"] && root["zip"].IsSequence()) {
    for (const YAML::Node& group : root["zip"]) {
      add_families_of(families, group);
    }
  }
  if (families.empty()) {
    families.emplace_back(models::family_names().front());
  }
  return families;
}

/// The entry with this key; nullptr if there is none.
const YamlEntry* find_entry(const std::vector<YamlEntry>& entries, std::string_view key) {
  const auto found = std::ranges::find(entries, key, &YamlEntry::key);
  return found == entries.end() ? nullptr : &*found;
}

std::vector<YamlEntry> top_level_entries(const YamlReader& yaml, const YAML::Node& root) {
  const std::vector<std::string_view> keys = top_level_keys();
  const std::string expected = fmt::format("a map with keys {}", fmt::join(keys, ", "));
  if (root.IsNull()) {
    yaml.fail({1, 1}, "the file is empty; expected " + expected);
  }
  std::vector<YamlEntry> entries = yaml.entries(root, "the sweep file", expected);
  for (const YamlEntry& entry : entries) {
    if (std::ranges::find(keys, entry.key) == keys.end()) {
      yaml.fail_unknown(entry, "the sweep file", keys);
    }
  }
  return entries;
}

const YamlEntry& required_entry(const YamlReader& yaml, const std::vector<YamlEntry>& entries,
                                std::string_view key, std::string_view example) {
  const YamlEntry* const entry = find_entry(entries, key);
  if (entry == nullptr) {
    yaml.fail({1, 1},
              fmt::format("'{0}' is missing; expected a line such as {0}: {1}", key, example));
  }
  return *entry;
}

void read_sections(const YamlReader& yaml, const SpecReader& reader,
                   const std::vector<YamlEntry>& entries, SweepSpec& spec) {
  spec.name = reader.name(required_entry(yaml, entries, "name", "my-study").value);
  spec.dataset =
      reader.dataset(required_entry(yaml, entries, "dataset", "{name: fashion-mnist}").value);
  if (const YamlEntry* const entry = find_entry(entries, "model")) {
    reader.parameters(entry->value, Section::kModel, spec);
  }
  if (const YamlEntry* const entry = find_entry(entries, "training")) {
    reader.parameters(entry->value, Section::kTraining, spec);
  }
  if (const YamlEntry* const entry = find_entry(entries, "grid")) {
    reader.grid(entry->value, spec);
  }
  if (const YamlEntry* const entry = find_entry(entries, "zip")) {
    reader.zip(entry->value, spec);
  }
  if (const YamlEntry* const entry = find_entry(entries, "exclude")) {
    spec.exclude = reader.combinations(entry->value, "exclude", spec);
  }
  if (const YamlEntry* const entry = find_entry(entries, "include")) {
    spec.include = reader.combinations(entry->value, "include", spec);
  }
  if (const YamlEntry* const entry = find_entry(entries, "objectives")) {
    spec.objectives = reader.objectives(entry->value);
  }
  if (const YamlEntry* const entry = find_entry(entries, "executor")) {
    spec.executor = std::make_shared<const ExecutorNode>(ExecutorNode{spec.file, entry->value});
  }
  for (const std::string_view name : stage_names()) {
    if (const YamlEntry* const entry = find_entry(entries, name)) {
      spec.stages.push_back(reader.stage(entry->value, *find_stage(name)));
    }
  }
}

}  // namespace

std::string at(std::string_view file, Location location, std::string_view message) {
  std::string line;
  if (!file.empty()) {
    line += fmt::format("{}:", file);
  }
  if (location.line != 0) {
    line += fmt::format("{}:{}:", location.line, location.column);
  }
  return line.empty() ? std::string(message) : fmt::format("{} {}", line, message);
}

SweepSpec parse_sweep_spec(std::string text, std::string file_name,
                           const std::vector<Override>& overrides, std::span<const Metric> table) {
  const YamlReader yaml(file_name);
  const YAML::Node root = yaml.parse(text);
  const std::vector<YamlEntry> entries = top_level_entries(yaml, root);
  const ParameterKeys keys(families_in(root, overrides));

  SweepSpec spec;
  spec.file = file_name;
  spec.seeds = {1};
  spec.objectives = default_objectives();
  read_sections(yaml, SpecReader(yaml, keys, table, std::filesystem::path(file_name).parent_path()),
                entries, spec);
  for (const Override& override : overrides) {
    apply_override(override, keys, table, spec);
  }
  spec.dataset.file = std::move(file_name);
  spec.text = std::move(text);
  return spec;
}

SweepSpec load_sweep_spec(const std::filesystem::path& file, const std::vector<Override>& overrides,
                          std::span<const Metric> table) {
  return parse_sweep_spec(base::read_file(file), file.string(), overrides, table);
}

}  // namespace firesweep::sweep
