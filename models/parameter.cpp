#include "models/parameter.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace firesweep::models {

namespace {

std::string describe_range(const Parameter& parameter) {
  return fmt::format("from {} to {}", parameter.minimum, parameter.maximum);
}

bool in_range(const Parameter& parameter, double value) {
  return std::isfinite(value) && value >= parameter.minimum && value <= parameter.maximum;
}

bool is_acceptable(const Parameter& parameter, const ParameterValue& value) {
  switch (parameter.type) {
    case ParameterType::kBoolean:
      return std::holds_alternative<bool>(value);
    case ParameterType::kInteger: {
      const auto* integer = std::get_if<std::int64_t>(&value);
      return integer != nullptr && in_range(parameter, static_cast<double>(*integer));
    }
    case ParameterType::kNumber: {
      if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return in_range(parameter, static_cast<double>(*integer));
      }
      const auto* number = std::get_if<double>(&value);
      return number != nullptr && in_range(parameter, *number);
    }
    case ParameterType::kChoice: {
      const auto* text = std::get_if<std::string>(&value);
      return text != nullptr && std::ranges::find(parameter.choices, std::string_view(*text)) !=
                                    parameter.choices.end();
    }
    case ParameterType::kText:
      return std::holds_alternative<std::string>(value);
    case ParameterType::kIntegerList: {
      const auto* list = std::get_if<std::vector<std::int64_t>>(&value);
      return list != nullptr && std::ranges::all_of(*list, [&](std::int64_t element) {
               return in_range(parameter, static_cast<double>(element));
             });
    }
  }
  return false;
}

const ParameterValue& value_at(const ParameterMap& map, std::string_view key) {
  const auto found = map.find(key);
  if (found == map.end()) {
    throw std::out_of_range(fmt::format("no parameter '{}'", key));
  }
  return found->second;
}

}  // namespace

std::string describe_expected(const Parameter& parameter) {
  switch (parameter.type) {
    case ParameterType::kBoolean:
      return "true or false";
    case ParameterType::kInteger:
      return "an integer " + describe_range(parameter);
    case ParameterType::kNumber:
      return "a number " + describe_range(parameter);
    case ParameterType::kChoice:
      return fmt::format("one of {}", fmt::join(parameter.choices, ", "));
    case ParameterType::kText:
      return "text";
    case ParameterType::kIntegerList:
      return "a list of integers " + describe_range(parameter);
  }
  return {};
}

std::optional<std::string> check_value(const Parameter& parameter, const ParameterValue& value) {
  if (is_acceptable(parameter, value)) {
    return std::nullopt;
  }
  return describe_expected(parameter);
}

const Parameter* find_parameter(std::span<const Parameter> table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Parameter::name);
  return found == table.end() ? nullptr : &*found;
}

std::string to_text(const ParameterValue& value) {
  struct ToText {
    std::string operator()(bool boolean) const { return boolean ? "true" : "false"; }
    std::string operator()(std::int64_t integer) const { return fmt::format("{}", integer); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const std::vector<std::int64_t>& list) const {
      return fmt::format("[{}]", fmt::join(list, ", "));
    }
  };
  return std::visit(ToText{}, value);
}

bool get_boolean(const ParameterMap& map, std::string_view key) {
  return std::get<bool>(value_at(map, key));
}

std::int64_t get_integer(const ParameterMap& map, std::string_view key) {
  return std::get<std::int64_t>(value_at(map, key));
}

double get_number(const ParameterMap& map, std::string_view key) {
  const ParameterValue& value = value_at(map, key);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return static_cast<double>(*integer);
  }
  return std::get<double>(value);
}

const std::string& get_string(const ParameterMap& map, std::string_view key) {
  return std::get<std::string>(value_at(map, key));
}

const std::vector<std::int64_t>& get_integers(const ParameterMap& map, std::string_view key) {
  return std::get<std::vector<std::int64_t>>(value_at(map, key));
}

}  // namespace firesweep::models
