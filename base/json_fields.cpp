#include "base/json_fields.h"

#include <limits>

#include <fmt/format.h>

#include "base/error.h"
#include "base/printable.h"

namespace firesweep::base {
namespace {

constexpr int kMaxDepth = 100;

[[noreturn]] void fail(std::string_view key, const nlohmann::json& value,
                       std::string_view expected) {
  throw Error(fmt::format("field '{}' is {}; expected {}", key, quoted(value), expected));
}

const nlohmann::json* find_present(const nlohmann::json& object, std::string_view key) {
  if (!object.is_object()) {
    throw Error(fmt::format("got {}; expected an object with field '{}'", object.type_name(), key));
  }
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

/// Runs before parsing: the library's own callback visits all elements of an array again for each
/// element that is added.
void check_depth(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;  // an escaped quote does not end the string
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) {
        throw Error(fmt::format("JSON nested more than {} levels deep", kMaxDepth));
      }
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
}

/// Where the list that starts at `start` ends, if it has only numbers and nulls; else npos.
std::size_t end_of_number_list(std::string_view text, std::size_t start) {
  const std::size_t end = text.find_first_not_of("0123456789+-.eEnul, \n", start + 1);
  return end != std::string_view::npos && text[end] == ']' ? end : std::string_view::npos;
}

/// Indented JSON, but lists of numbers on one line.
std::string join_number_lists(std::string_view text) {
  std::string joined;
  joined.reserve(text.size());
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    joined += c;
    if (in_string && c == '\\') {
      joined += text[++i];
    } else if (c == '"') {
      in_string = !in_string;
    } else if (c == '[' && !in_string) {
      const std::size_t end = end_of_number_list(text, i);
      for (; end != std::string_view::npos && i + 1 < end; ++i) {
        const char next = text[i + 1];
        if (next != ' ' && next != '\n') {
          joined += next;
          joined += next == ',' ? " " : "";
        }
      }
    }
  }
  return joined;
}

}  // namespace

nlohmann::json parse_json(std::string_view text) {
  check_depth(text);
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    if (error.byte > text.size()) {  // the parser met the end
      throw Error(text.empty()
                      ? "is empty"
                      : fmt::format("not valid JSON: ends early after {} bytes", text.size()));
    }
    throw Error(fmt::format("not valid JSON at byte {} of {}", error.byte, text.size()));
  } catch (const nlohmann::json::out_of_range&) {
    throw Error("not valid JSON: a number is out of the range of 64-bit floating point");
  }
}

std::optional<nlohmann::json> try_parse_json(std::string_view text) {
  try {
    return parse_json(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string quoted(const nlohmann::json& value) {
  return shortened(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

bool holds_int64(const nlohmann::json& value) {
  constexpr auto kMaxInt64 = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return value.is_number_integer() &&
         (!value.is_number_unsigned() || value.get<std::uint64_t>() <= kMaxInt64);
}

std::string to_file_text(const nlohmann::json& json) {
  return join_number_lists(json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace)) +
         "\n";
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
  if (!holds_int64(value)) {
    fail(key, value, "an integer");
  }
  return value.get<std::int64_t>();
}

std::uint64_t unsigned_field(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json& value = field(object, key);
  // Parsed values are unsigned; values built in memory may not be.
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

}  // namespace firesweep::base
