#include "sweep/json_fields.h"

#include <limits>

#include <fmt/format.h>

#include "sweep/error.h"

namespace firesweep::sweep {
namespace {

constexpr std::size_t kQuotedLength = 60;

[[noreturn]] void fail(std::string_view key, const nlohmann::json& value,
                       std::string_view expected) {
  std::string quoted = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (quoted.size() > kQuotedLength) {
    quoted = quoted.substr(0, kQuotedLength) + "...";
  }
  throw Error(fmt::format("field '{}' is {}; expected {}", key, quoted, expected));
}

const nlohmann::json* find_present(const nlohmann::json& object, std::string_view key) {
  if (!object.is_object()) {
    throw Error(fmt::format("got {} where an object with field '{}' was expected",
                            object.type_name(), key));
  }
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

nlohmann::json parse_json(std::string_view text) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    throw Error(fmt::format("not valid JSON at byte {} of {}", error.byte, text.size()));
  }
}

std::string to_file_text(const nlohmann::json& json) {
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

const nlohmann::json& field(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json* const value = find_present(object, key);
  if (value == nullptr) {
    throw Error(fmt::format("field '{}' is missing", key));
  }
  return *value;
}

bool boolean_field(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json& value = field(object, key);
  if (!value.is_boolean()) {
    fail(key, value, "true or false");
  }
  return value.get<bool>();
}

std::int64_t integer_field(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json& value = field(object, key);
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value.is_number_integer() ||
      (value.is_number_unsigned() && value.get<std::uint64_t>() > kLargest)) {
    fail(key, value, "an integer");
  }
  return value.get<std::int64_t>();
}

std::uint64_t unsigned_field(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json& value = field(object, key);
  // What was parsed is unsigned; what was put together in memory may not be.
  if (!value.is_number_integer() ||
      (!value.is_number_unsigned() && value.get<std::int64_t>() < 0)) {
    fail(key, value, "an integer of 0 or more");
  }
  return value.get<std::uint64_t>();
}

double number_field(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json& value = field(object, key);
  if (!value.is_number()) {
    fail(key, value, "a number");
  }
  return value.get<double>();
}

std::string text_field(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json& value = field(object, key);
  if (!value.is_string()) {
    fail(key, value, "a string");
  }
  return value.get<std::string>();
}

const nlohmann::json& object_field(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json& value = field(object, key);
  if (!value.is_object()) {
    fail(key, value, "an object");
  }
  return value;
}

const nlohmann::json& array_field(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json& value = field(object, key);
  if (!value.is_array()) {
    fail(key, value, "an array");
  }
  return value;
}

std::optional<double> optional_number_field(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json* const value = find_present(object, key);
  if (value == nullptr || value->is_null()) {
    return std::nullopt;
  }
  return number_field(object, key);
}

std::optional<std::int64_t> optional_integer_field(const nlohmann::json& object,
                                                   std::string_view key) {
  const nlohmann::json* const value = find_present(object, key);
  if (value == nullptr || value->is_null()) {
    return std::nullopt;
  }
  return integer_field(object, key);
}

void check_schema_version(const nlohmann::json& object, std::int64_t expected) {
  const std::int64_t version = integer_field(object, "schema_version");
  if (version != expected) {
    throw Error(
        fmt::format("schema_version is {}; this firesweep reads version {}", version, expected));
  }
}

}  // namespace firesweep::sweep
