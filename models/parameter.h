// Keys of a sweep file: name, type, range, meaning. One table per model family and one for the
// training recipe drive the YAML checks, the resolved spec, trial ids and the reference pages.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace firesweep::models {

/// The value of a key. Integers and numbers are distinct: `3` is an integer, `3.0` a number.
using ParameterValue =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>>;

/// Sorted by key, so that equal maps are serialised equally.
using ParameterMap = std::map<std::string, ParameterValue, std::less<>>;

enum class ParameterType { kBoolean, kInteger, kNumber, kChoice, kIntegerList, kText };

/// One key. `minimum` and `maximum` are inclusive and apply to integers, numbers and list elements.
struct Parameter {
  std::string_view name;
  ParameterType type = ParameterType::kNumber;
  double minimum = 0.0;
  double maximum = 0.0;
  std::vector<std::string_view> choices;  // for kChoice
  std::string_view description;           // one line, with the unit
  /// For keys that came after the first trials: left out of a trial's identity while the value is
  /// the default, so that older trials keep their ids.
  bool is_hidden_at_default = false;
};

/// "an integer from 1 to 100000", "one of none, simple, complex": for error messages and docs.
[[nodiscard]] std::string describe_expected(const Parameter& parameter);

/// std::nullopt if `value` is valid for `parameter`, else what was expected.
/// Integers are accepted (and should be stored as numbers) where a number is expected.
[[nodiscard]] std::optional<std::string> check_value(const Parameter& parameter,
                                                     const ParameterValue& value);

[[nodiscard]] const Parameter* find_parameter(std::span<const Parameter> table,
                                              std::string_view name);

/// The value as written in a sweep file: `0.125`, `simple`, `[1, 4, 6]`, `true`.
/// Numbers use the shortest text that round-trips exactly.
[[nodiscard]] std::string to_text(const ParameterValue& value);

/// Typed access. Throws std::out_of_range if the key is absent, std::bad_variant_access if it has
/// another type. `get_number` also accepts integers.
[[nodiscard]] bool get_boolean(const ParameterMap& map, std::string_view key);
[[nodiscard]] std::int64_t get_integer(const ParameterMap& map, std::string_view key);
[[nodiscard]] double get_number(const ParameterMap& map, std::string_view key);
[[nodiscard]] const std::string& get_string(const ParameterMap& map, std::string_view key);
[[nodiscard]] const std::vector<std::int64_t>& get_integers(const ParameterMap& map,
                                                            std::string_view key);

}  // namespace firesweep::models
