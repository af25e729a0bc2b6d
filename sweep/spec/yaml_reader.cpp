#include "sweep/spec/yaml_reader.h"

#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>

#include "base/error.h"
#include "base/printable.h"
#include "base/suggestion.h"
#include "sweep/spec/yaml_documents.h"
#include "sweep/spec/yaml_text.h"

namespace firesweep::sweep {
namespace {

using models::Parameter;
using models::ParameterType;
using models::ParameterValue;

/// yaml-cpp counts from 0. -1 marks an unknown location.
Location from_mark(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

bool is_quoted(const YAML::Node& node) {
  return node.Tag() == "!";
}

/// Describes the node, for "x is ...".
std::string describe(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return is_quoted(node) ? fmt::format("\"{}\" in quotes", base::shortened(node.Scalar()))
                             : base::shortened(node.Scalar());
    case YAML::NodeType::Sequence:
      return node.size() == 0 ? "an empty list" : "a list";
    case YAML::NodeType::Map:
      return "a map";
    default:
      return "empty";
  }
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

/// A plain scalar as a value of the parameter's type, without a check of its range.
std::optional<ParameterValue> parse_scalar(const YAML::Node& node, ParameterType type) {
  if (!node.IsScalar() || type == ParameterType::kIntegerList) {
    return std::nullopt;
  }
  const std::string& text = node.Scalar();
  if (type == ParameterType::kChoice || type == ParameterType::kText) {
    return text;
  }
  if (is_quoted(node)) {
    return std::nullopt;
  }
  if (type == ParameterType::kBoolean) {
    return text == "true" || text == "false" ? std::optional<ParameterValue>(text == "true")
                                             : std::nullopt;
  }
  if (type == ParameterType::kNumber) {
    // from_chars reads "inf" and "nan", which no parameter may be.
    const std::optional<double> number = parse_number<double>(text);
    return number && std::isfinite(*number) ? std::optional<ParameterValue>(*number) : std::nullopt;
  }
  const std::optional<std::int64_t> integer = parse_number<std::int64_t>(text);
  return integer ? std::optional<ParameterValue>(*integer) : std::nullopt;
}

}  // namespace

YAML::Node YamlReader::parse(const std::string& text) const {
  if (const std::optional<BadByte> bad = find_bad_byte(text)) {
    fail(bad->location, fmt::format("byte 0x{:02x} is not valid UTF-8; expected YAML",
                                    static_cast<unsigned>(bad->value)));
  }
  try {
    if (const std::optional<YAML::Mark> more = after_first_document(text)) {
      fail(from_mark(*more),
           "a second YAML document, or stray text after the first; expected "
           "a single document");
    }
    return YAML::Load(text);
  } catch (const YAML::DeepRecursion& error) {
    fail(from_mark(error.mark),
         fmt::format("nested {} levels deep; no sweep file needs that many", error.depth()));
  } catch (const YAML::Exception& error) {
    const Location place = error.mark.is_null() ? Location{} : from_mark(error.mark);
    if (const std::optional<int> column = tab_in_indentation(text, place.line)) {
      fail({place.line, *column}, "not valid YAML: a tab in the indentation; expected spaces");
    }
    fail(place, "not valid YAML: " + base::shortened(error.msg));
  }
}

Location YamlReader::location(const YAML::Node& node) const {
  return source_ == Source::kOverride || node.Mark().is_null() ? Location{}
                                                               : from_mark(node.Mark());
}

void YamlReader::fail(Location location, std::string_view message) const {
  throw ConfigError(at(name_, source_ == Source::kFile ? location : Location{}, message));
}

void YamlReader::fail_expected(const YAML::Node& node, std::string_view what,
                               std::string_view expected) const {
  fail(location(node), fmt::format("{} is {}; expected {}", what, describe(node), expected));
}

void YamlReader::fail_unknown(const YamlEntry& entry, std::string_view what,
                              std::span<const std::string_view> known) const {
  fail(entry.location, fmt::format("unknown key '{}' in {}{}", base::shortened(entry.key), what,
                                   base::suggestion(entry.key, known)));
}

std::vector<YamlEntry> YamlReader::entries(const YAML::Node& node, std::string_view what,
                                           std::string_view expected) const {
  if (!node.IsMap()) {
    fail_expected(node, what, expected);
  }
  std::vector<YamlEntry> entries;
  std::map<std::string, Location, std::less<>> seen;
  for (const auto& pair : node) {
    const Location place = location(pair.first);
    if (!pair.first.IsScalar()) {
      fail(place, fmt::format("a key in {} is {}; expected a word", what, describe(pair.first)));
    }
    const std::string& key = pair.first.Scalar();
    if (key == "<<") {
      fail(place, "merge keys (<<) are not supported; write the keys out");
    }
    const auto [first, is_new] = seen.emplace(key, place);
    if (!is_new) {
      fail(place, fmt::format("duplicate key '{}' in {}; first on line {}", base::shortened(key),
                              what, first->second.line));
    }
    if (pair.second.IsNull()) {
      fail(place, fmt::format("'{}' in {} has no value", base::shortened(key), what));
    }
    entries.push_back({key, place, pair.second});
  }
  return entries;
}

std::vector<YAML::Node> YamlReader::elements(const YAML::Node& node, std::string_view what,
                                             std::string_view expected) const {
  if (!node.IsSequence()) {
    fail_expected(node, what, expected);
  }
  return {node.begin(), node.end()};
}

std::string YamlReader::text(const YAML::Node& node, std::string_view what,
                             std::string_view expected) const {
  if (!node.IsScalar()) {
    fail_expected(node, what, expected);
  }
  return node.Scalar();
}

std::int64_t YamlReader::integer(const YAML::Node& node, std::string_view what,
                                 std::int64_t minimum, std::int64_t maximum) const {
  const std::optional<ParameterValue> value = parse_scalar(node, ParameterType::kInteger);
  if (!value || std::get<std::int64_t>(*value) < minimum ||
      std::get<std::int64_t>(*value) > maximum) {
    fail_expected(node, what, fmt::format("an integer from {} to {}", minimum, maximum));
  }
  return std::get<std::int64_t>(*value);
}

std::vector<std::int64_t> YamlReader::integer_list(const YAML::Node& node,
                                                   const Parameter& parameter) const {
  std::vector<std::int64_t> integers;
  for (const YAML::Node& element : node) {
    const std::optional<ParameterValue> value = parse_scalar(element, ParameterType::kInteger);
    if (!value || models::check_value(parameter, std::vector{std::get<std::int64_t>(*value)})) {
      fail(location(element), fmt::format("{} holds {}; expected {}", parameter.name,
                                          describe(element), describe_expected(parameter)));
    }
    integers.push_back(std::get<std::int64_t>(*value));
  }
  return integers;
}

ParameterValue YamlReader::value(const YAML::Node& node, const Parameter& parameter) const {
  if (parameter.type == ParameterType::kIntegerList && node.IsSequence()) {
    return integer_list(node, parameter);
  }
  const std::optional<ParameterValue> value = parse_scalar(node, parameter.type);
  if (value && !models::check_value(parameter, *value)) {
    return *value;
  }
  std::string expected = describe_expected(parameter);
  if (parameter.type == ParameterType::kChoice && node.IsScalar()) {
    const std::string_view meant = base::nearest(node.Scalar(), parameter.choices);
    expected += meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant);
  }
  fail_expected(node, parameter.name, expected);
}

}  // namespace firesweep::sweep
