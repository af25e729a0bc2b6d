// Typed reading of JSON objects with errors that name the field: "field 'epochs' is \"x\"; expected
// an integer".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace firesweep::base {

/// Throws Error with the byte where the text stops being JSON, for a number beyond a double's range
/// and for nesting beyond what any file of ours has (copying and writing recurse).
[[nodiscard]] nlohmann::json parse_json(std::string_view text);
/// Nothing where parse_json would throw.
[[nodiscard]] std::optional<nlohmann::json> try_parse_json(std::string_view text);

/// Indented text with a newline at its end. Bytes that are no UTF-8 (in a system's message, say)
/// are replaced rather than losing the file.
[[nodiscard]] std::string to_file_text(const nlohmann::json& json);

/// Whether it is an integer that 64 bits with a sign can hold: the library converts any number.
[[nodiscard]] bool holds_int64(const nlohmann::json& value);

/// `value` as JSON, cut to what fits into a message.
[[nodiscard]] std::string quoted(const nlohmann::json& value);

/// Throw Error if `object` is no object, the field is missing or of another type.
[[nodiscard]] const nlohmann::json& field(const nlohmann::json& object, std::string_view key);
[[nodiscard]] bool boolean_field(const nlohmann::json& object, std::string_view key);
[[nodiscard]] std::int64_t integer_field(const nlohmann::json& object, std::string_view key);
[[nodiscard]] std::uint64_t unsigned_field(const nlohmann::json& object, std::string_view key);
[[nodiscard]] double number_field(const nlohmann::json& object, std::string_view key);
[[nodiscard]] std::string text_field(const nlohmann::json& object, std::string_view key);
[[nodiscard]] const nlohmann::json& object_field(const nlohmann::json& object,
                                                 std::string_view key);
[[nodiscard]] const nlohmann::json& array_field(const nlohmann::json& object, std::string_view key);

/// Nothing if the field is missing or null.
[[nodiscard]] std::optional<double> optional_number_field(const nlohmann::json& object,
                                                          std::string_view key);
[[nodiscard]] std::optional<std::int64_t> optional_integer_field(const nlohmann::json& object,
                                                                 std::string_view key);

/// Throws Error unless "schema_version" is `expected`.
void check_schema_version(const nlohmann::json& object, std::int64_t expected);

}  // namespace firesweep::base
