#include "sweep/spec/spec_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "sweep/spec/dataset_keys.h"

namespace firesweep::sweep {
namespace {

constexpr std::int64_t kMaxImages = 1000000000;

constexpr std::array<std::string_view, 8> kDatasetKeys{"name", "root",       "train", "validation",
                                                       "test", "split_seed", "shape", "classes"};

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

Locations& locations_of(SweepSpec& spec, Section section) {
  return section == Section::kModel ? spec.model_locations : spec.training_locations;
}

}  // namespace

SpecReader::SpecReader(const YamlReader& yaml, const ParameterKeys& keys,
                       std::span<const Metric> table, std::filesystem::path directory)
    : yaml_(yaml), keys_(keys), table_(table), directory_(std::move(directory)) {}

std::string SpecReader::name(const YAML::Node& node) const {
  // It becomes the name of the run directory.
  constexpr std::size_t kMaxLength = 100;
  constexpr std::string_view kExpected =
      "1 to 100 letters, digits, '.', '_' or '-', not starting with '.' or '-'";
  std::string name = yaml_.text(node, "name", kExpected);
  if (name.empty() || name.size() > kMaxLength || name.front() == '.' || name.front() == '-' ||
      !std::ranges::all_of(name, is_name_letter)) {
    yaml_.fail_expected(node, "name", kExpected);
  }
  return name;
}

std::vector<std::string> SpecReader::objectives(const YAML::Node& node) const {
  const std::vector<std::string_view> known = objective_names(table_);
  std::vector<std::string> names;
  for (const YAML::Node& element : yaml_.elements(node, "objectives", "a list of names")) {
    const models::Parameter parameter{"objective", models::ParameterType::kChoice, 0, 0, known, ""};
    std::string name = std::get<std::string>(yaml_.value(element, parameter));
    if (std::ranges::find(names, name) != names.end()) {
      yaml_.fail(yaml_.location(element),
                 fmt::format("objective '{}' is repeated; expected each objective once", name));
    }
    names.push_back(std::move(name));
  }
  if (names.empty()) {
    yaml_.fail_expected(node, "objectives", "at least one name");
  }
  return names;
}

StageRequest default_request(const Stage& stage) {
  StageRequest request{std::string(stage.name), {}};
  for (const auto& [key, value] : stage.defaults) {
    request.values[key] = {value};
  }
  return request;
}

StageRequest SpecReader::stage(const YAML::Node& node, const Stage& stage) const {
  StageRequest request = default_request(stage);
  for (const YamlEntry& entry :
       yaml_.entries(node, stage.name, "a map of keys to values, {} for the defaults")) {
    set_stage_key(entry, stage, request);
  }
  return request;
}

void SpecReader::set_stage_key(const YamlEntry& entry, const Stage& stage,
                               StageRequest& request) const {
  const models::Parameter* const parameter = models::find_parameter(stage.parameters, entry.key);
  if (parameter == nullptr) {
    std::vector<std::string_view> known;
    for (const models::Parameter& each : stage.parameters) {
      known.push_back(each.name);
    }
    yaml_.fail_unknown(entry, stage.name, known);
  }
  std::vector<models::ParameterValue>& values = request.values[entry.key];
  if (!entry.value.IsSequence()) {
    values = {yaml_.value(entry.value, *parameter)};
    return;
  }
  values.clear();
  for (const YAML::Node& element : yaml_.elements(entry.value, entry.key)) {
    models::ParameterValue value = yaml_.value(element, *parameter);
    if (std::ranges::find(values, value) != values.end()) {
      yaml_.fail(yaml_.location(element),
                 fmt::format("{}.{} has {} twice", stage.name, entry.key, models::to_text(value)));
    }
    values.push_back(std::move(value));
  }
  if (values.empty()) {
    yaml_.fail_expected(entry.value, entry.key, "at least one value");
  }
}

DatasetSpec SpecReader::dataset(const YAML::Node& node) const {
  DatasetSpec dataset;
  dataset.locations["dataset"] = yaml_.location(node);
  for (const YamlEntry& entry :
       yaml_.entries(node, "dataset",
                     "a map such as {name: fashion-mnist, train: 12000, validation: 5000}")) {
    set_dataset_key(entry, dataset);
  }
  if (dataset.name.empty()) {
    yaml_.fail(yaml_.location(node), "dataset has no name; expected one such as fashion-mnist");
  }
  return dataset;
}

void SpecReader::set_dataset_key(const YamlEntry& entry, DatasetSpec& dataset) const {
  const YAML::Node& node = entry.value;
  const models::Parameter* const option = models::find_parameter(dataset_parameters(), entry.key);
  if (option == nullptr && std::ranges::find(kDatasetKeys, entry.key) == kDatasetKeys.end()) {
    yaml_.fail_unknown(entry, "dataset", dataset_keys());
  }
  dataset.locations[entry.key] = yaml_.location(node);
  if (option != nullptr) {
    dataset.options[entry.key] = dataset_option(entry, *option);
    return;
  }
  if (entry.key == "name") {
    dataset.name = yaml_.text(node, "dataset.name", "the name of a data set");
    if (dataset.name.empty()) {
      yaml_.fail_expected(node, "dataset.name", "the name of a data set");
    }
  } else if (entry.key == "root") {
    const std::string root = yaml_.text(node, "dataset.root", "a directory");
    if (root.empty()) {
      yaml_.fail_expected(node, "dataset.root", "a directory");
    }
    dataset.root = std::filesystem::absolute(directory_ / root).lexically_normal();
  } else if (entry.key == "shape") {
    constexpr std::string_view kExpected = "three integers [C, H, W], each from 1 to 4096";
    const auto extents = yaml_.elements(node, "dataset.shape", kExpected);
    if (extents.size() != 3) {
      yaml_.fail(yaml_.location(node), fmt::format("dataset.shape has {} values; expected {}",
                                                   extents.size(), kExpected));
    }
    const auto extent = [&](std::size_t i) {
      return yaml_.integer(extents[i], "dataset.shape", 1, 4096);
    };
    dataset.shape = models::Shape{extent(0), extent(1), extent(2)};
  } else {
    set_dataset_count(entry, dataset);
  }
}

std::vector<std::string_view> dataset_keys() {
  std::vector<std::string_view> keys(kDatasetKeys.begin(), kDatasetKeys.end());
  for (const models::Parameter& parameter : dataset_parameters()) {
    keys.push_back(parameter.name);
  }
  return keys;
}

models::ParameterValue SpecReader::dataset_option(const YamlEntry& entry,
                                                  const models::Parameter& parameter) const {
  if (parameter.type == models::ParameterType::kIntegerList && entry.value.IsScalar()) {
    models::Parameter one = parameter;
    one.type = models::ParameterType::kInteger;
    return std::vector{std::get<std::int64_t>(yaml_.value(entry.value, one))};
  }
  models::ParameterValue value = yaml_.value(entry.value, parameter);
  if (parameter.name == "test_list") {
    const std::string& file = std::get<std::string>(value);
    return std::filesystem::absolute(directory_ / file).lexically_normal().string();
  }
  return value;
}

void SpecReader::set_dataset_count(const YamlEntry& entry, DatasetSpec& dataset) const {
  const auto count = [&](std::int64_t minimum, std::int64_t maximum) {
    return yaml_.integer(entry.value, "dataset." + entry.key, minimum, maximum);
  };
  if (entry.key == "train") {
    dataset.train = count(1, kMaxImages);
  } else if (entry.key == "validation") {
    dataset.validation = count(1, kMaxImages);
  } else if (entry.key == "test") {
    dataset.test = count(1, kMaxImages);
  } else if (entry.key == "split_seed") {
    dataset.split_seed = static_cast<std::uint64_t>(count(0, kMaxSeed));
  } else if (entry.key == "classes") {
    dataset.classes = count(2, 1000000);
  }
}

void SpecReader::parameters(const YAML::Node& node, Section section, SweepSpec& spec) const {
  for (const YamlEntry& entry :
       yaml_.entries(node, to_string(section), "a map of keys to values")) {
    set_parameter(entry, section, spec);
  }
}

void SpecReader::set_parameter(const YamlEntry& entry, Section section, SweepSpec& spec) const {
  const models::Parameter* const parameter = keys_.find(section, entry.key);
  if (parameter == nullptr) {
    const ParameterKeys::Found elsewhere = keys_.find(entry.key);
    if (elsewhere.parameter != nullptr) {
      yaml_.fail(entry.location, fmt::format("unknown key '{}' in {}; it belongs in {}", entry.key,
                                             to_string(section), to_string(elsewhere.section)));
    }
    yaml_.fail_unknown(entry, to_string(section), keys_.names(section));
  }
  models::ParameterMap& map = section == Section::kModel ? spec.model : spec.training;
  if (entry.value.IsSequence() && parameter->type != models::ParameterType::kIntegerList) {
    yaml_.fail(yaml_.location(entry.value),
               fmt::format("{0} is a list; expected {1} (put values to sweep over under grid)",
                           entry.key, describe_expected(*parameter)));
  }
  map[entry.key] = yaml_.value(entry.value, *parameter);
  locations_of(spec, section)[entry.key] = yaml_.location(entry.value);
}

const Axis* find_axis(const std::vector<Axis>& axes, std::string_view key) {
  const auto found = std::ranges::find_if(axes, [key](const Axis& axis) {
    return std::ranges::find(axis.keys, key) != axis.keys.end();
  });
  return found == axes.end() ? nullptr : &*found;
}

}  // namespace firesweep::sweep
