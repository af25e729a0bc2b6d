// Typed access to JSON objects. Errors name the field: "field 'epochs' is \"x\"; expected an
// integer".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace firesweep::base {

/// Throws Error with the byte where the text stops being JSON, or saying that it ends early. Also
/// throws for a number out of a double's range, and for nesting deeper than any of our files
/// (copying and writing recurse).
[[nodiscard]] nlohmann::json parse_json(std::string_view text);
/// std::nullopt where parse_json would throw.
[[nodiscard]] std::optional<nlohmann::json> try_parse_json(std::string_view text);

/// Indented text with a newline at its end, lists of numbers on one line. Invalid UTF-8 (for
/// example in a system's message) is replaced instead of losing the file.
[[nodiscard]] std::string to_file_text(const nlohmann::json& json);

/// Whether it is an integer that fits std::int64_t. The library converts any number.
[[nodiscard]] bool holds_int64(const nlohmann::json& value);

/// `value` as JSON, shortened to fit into a message.
[[nodiscard]] std::string quoted(const nlohmann::json& value);

/// Throw Error if `object` is not an object, or the field is missing or of another type.
[[nodiscard]] const nlohmann::json& field(const nlohmann::json& object, std::string_view key);
[[nodiscard]] bool boolean_field(const nlohmann::json& object, std::string_view key);
[[nodiscard]] std::int64_t integer_field(const nlohmann::json& object, std::string_view key);
[[nodiscard]] std::uint64_t unsigned_field(const nlohmann::json& object, std::string_view key);
[[nodiscard]] double number_field(const nlohmann::json& object, std::string_view key);
[[nodiscard]] std::string text_field(const nlohmann::json& object, std::string_view key);
[[nodiscard]] const nlohmann::json& object_field(const nlohmann::json& object,
                                                 std::string_view key);
[[nodiscard]] const nlohmann::json& array_field(const nlohmann::json& object, std::string_view key);

/// std::nullopt if the field is missing or null.
[[nodiscard]] std::optional<double> optional_number_field(const nlohmann::json& object,
                                                          std::string_view key);
[[nodiscard]] std::optional<std::int64_t> optional_integer_field(const nlohmann::json& object,
                                                                 std::string_view key);

/// Throws Error unless "schema_version" is `expected`.
void check_schema_version(const nlohmann::json& object, std::int64_t expected);

}  // namespace firesweep::base
