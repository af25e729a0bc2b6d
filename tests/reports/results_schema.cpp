#include "tests/reports/results_schema.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>

namespace firesweep::reports {
namespace {

using Json = nlohmann::ordered_json;

Json entry(std::string_view kind, std::string description) {
  return {{"$ref", fmt::format("#/$defs/{}", kind)}, {"description", std::move(description)}};
}

Json trial_entries(std::span<const sweep::Metric> table) {
  Json entries = Json::object();
  for (const sweep::Metric& metric : table) {
    if (metric.source != sweep::MetricSource::kComplement) {
      const bool is_design = metric.source == sweep::MetricSource::kDesign;
      entries[std::string(metric.name)] =
          entry(is_design                   ? "count"
                : metric.unit == "fraction" ? "fraction"
                                            : "amount",
                fmt::format("{}: {}", metric.unit, metric.description));
    }
  }
  return entries;
}

void add_seed_entries(Json& entries, const sweep::Metric& metric) {
  const std::string name(metric.name);
  entries[name + "_mean"] = entry(metric.unit == "fraction" ? "fraction" : "amount",
                                  fmt::format("{}: mean over seeds", metric.unit));
  entries[name + "_sd"] = entry("deviation", "standard deviation over seeds");
  entries[name + "_se"] = entry("deviation", "standard error of the mean, over seeds and images");
  entries[name + "_low"] = entry("bound", "95 % interval of the mean, lower end");
  entries[name + "_high"] = entry("bound", "95 % interval of the mean, upper end");
}

Json point_entries(std::span<const sweep::Metric> table) {
  Json entries = Json::object();
  for (const std::string_view name : sweep::summarized_names(table)) {
    add_seed_entries(entries, *sweep::find_metric(name, table));
  }
  for (const sweep::Metric& metric : table) {
    if (metric.source == sweep::MetricSource::kDesign) {
      entries[std::string(metric.name)] =
          entry("count", fmt::format("{}: {}", metric.unit, metric.description));
    }
  }
  return entries;
}

/// The mark of what comes from the table: nothing written by hand has a description.
bool is_generated(const Json& property) {
  return property.contains("description");
}

/// A property that is new does not become required: earlier documents lack it.
void replace_metrics(Json& part, const Json& entries) {
  Json properties = Json::object();
  for (const auto& [name, property] : part.at("properties").items()) {
    if (!is_generated(property)) {
      properties[name] = property;
    }
  }
  properties.update(entries);
  const auto required = part.at("required").get<std::vector<std::string>>();
  part["required"] = Json::array();
  for (const auto& [name, property] : properties.items()) {
    if (std::ranges::find(required, name) != required.end()) {
      part["required"].push_back(name);
    }
  }
  part["properties"] = std::move(properties);
}

void add_differences(std::vector<std::string>& differences, std::string_view part_name,
                     const Json& part, const Json& entries) {
  for (const auto& [name, property] : entries.items()) {
    if (!part.at("properties").contains(name)) {
      differences.push_back(fmt::format("{} lacks {}", part_name, name));
    }
  }
  for (const auto& [name, property] : part.at("properties").items()) {
    if (is_generated(property) && !entries.contains(name)) {
      differences.push_back(fmt::format("{} has {}, which is not a metric", part_name, name));
    }
  }
}

std::string one_line(const Json& json) {
  if (!json.is_structured()) {
    return json.dump();
  }
  std::string text;
  for (const auto& [key, value] : json.items()) {
    text += text.empty() ? "" : ", ";
    text += (json.is_object() ? Json(key).dump() + ": " : "") + one_line(value);
  }
  return json.is_object() ? "{" + text + "}" : "[" + text + "]";
}

bool is_flat(const Json& json) {
  return std::ranges::none_of(json, [](const Json& value) { return value.is_structured(); });
}

void append_text(std::string& text, const Json& json, std::size_t indent) {
  constexpr std::size_t kWidth = 110;
  const std::string line = one_line(json);
  if (!json.is_object() || is_flat(json) || indent + line.size() <= kWidth) {
    text += line;
    return;
  }
  std::string_view separator = "{\n";
  for (const auto& [key, value] : json.items()) {
    text += separator;
    text += std::string(indent + 2, ' ') + Json(key).dump() + ": ";
    append_text(text, value, indent + 2);
    separator = ",\n";
  }
  text += "\n" + std::string(indent, ' ') + "}";
}

}  // namespace

std::vector<std::string> metric_differences(const Json& schema,
                                            std::span<const sweep::Metric> table) {
  std::vector<std::string> differences;
  const Json& parts = schema.at("$defs");
  add_differences(differences, "trial", parts.at("trial"), trial_entries(table));
  add_differences(differences, "point", parts.at("point"), point_entries(table));
  return differences;
}

Json with_metrics(Json schema, std::span<const sweep::Metric> table) {
  replace_metrics(schema["$defs"]["trial"], trial_entries(table));
  replace_metrics(schema["$defs"]["point"], point_entries(table));
  return schema;
}

std::string schema_text(const Json& schema) {
  std::string text;
  append_text(text, schema, 0);
  return text + "\n";
}

}  // namespace firesweep::reports
