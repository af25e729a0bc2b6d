// The one writer of JSON text. A report has millions of members, so objects can be written straight
// into a string, without a tree. The bytes are the same as those of the library's dump().
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/parallel.h"

namespace firesweep::base {

using Json = nlohmann::ordered_json;  // members in the order in which they are documented

[[nodiscard]] inline Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// `json` on one line. Invalid UTF-8, for example in a worker's message, is replaced.
[[nodiscard]] std::string text_of(const Json& json);

/// Infinity and NaN are null.
void append_json(std::string& text, double value);
/// Any bytes; invalid UTF-8 is replaced.
void append_json(std::string& text, std::string_view value);

template <std::integral Integer>
requires(!std::same_as<Integer, bool>) void append_json(std::string& text, Integer value) {
  char digits[24];
  text.append(&digits[0], std::to_chars(&digits[0], &digits[0] + sizeof digits, value).ptr);
}

template <typename Value>
void append_json(std::string& text, const std::optional<Value>& value) {
  if (value) {
    append_json(text, *value);
  } else {
    text += "null";
  }
}

/// Writes an object at the end of a text, on one line. Member names must be unique and need no
/// escapes.
class JsonObject {
 public:
  explicit JsonObject(std::string& text) : text_(text) { text_ += '{'; }

  template <typename Value>
  void member(std::string_view name, const Value& value) {
    append_json(begin_member(name), value);
  }

  /// `json` is the value as JSON text.
  void raw_member(std::string_view name, std::string_view json) { begin_member(name) += json; }

  /// The text to which the caller must append the value.
  std::string& begin_member(std::string_view name) {
    text_ += first_ ? "\"" : ",\"";
    first_ = false;
    text_ += name;
    return text_ += "\":";
  }

  void finish() { text_ += '}'; }

 private:
  std::string& text_;
  bool first_ = true;
};

/// Writes a file: an object with one line per member, and one line per element of its long arrays.
/// Only one element at a time exists as a tree.
class JsonDocument {
 public:
  void member(std::string_view name, const Json& value) {
    begin_member(name);
    text_ += text_of(value);
  }

  /// `to_json(element)` returns the tree of an element.
  template <typename Range, typename ToJson>
  void array(std::string_view name, const Range& elements, ToJson to_json) {
    array_of_texts(name, elements, [&to_json](std::string& text, const auto& element) {
      text += text_of(to_json(element));
    });
  }

  /// `append(text, element)` appends an element's JSON. It runs on all processors, so it must not
  /// change anything else.
  template <typename Range, typename Append>
  void array_of_texts(std::string_view name, const Range& elements, Append append) {
    constexpr std::size_t kMinPerThread = 2'000;
    constexpr std::size_t kSampled = 64;
    begin_member(name);
    text_ += '[';
    std::map<std::size_t, std::string> others;  // by first index
    std::mutex mutex;
    parallel_for(elements.size(), kMinPerThread, [&](std::size_t first, std::size_t last) {
      std::string own;
      std::string& part = first == 0 ? text_ : own;  // the first part is already in its place
      const std::size_t before = part.size();
      for (std::size_t i = first; i < last; ++i) {
        if (i == first + kSampled) {  // a text that grows step by step is copied many times
          const std::size_t count = (first == 0 ? elements.size() : last) - first;
          part.reserve(before + (part.size() - before) / kSampled * count * 9 / 8);
        }
        part += i == 0 ? "\n    " : ",\n    ";
        append(part, elements[i]);
      }
      if (first != 0) {
        const std::lock_guard lock(mutex);
        others[first] = std::move(own);
      }
    });
    for (const auto& [first, part] : others) {
      text_ += part;
    }
    text_ += elements.empty() ? "]" : "\n  ]";
  }

  [[nodiscard]] std::string finish() { return std::move(text_) + "\n}\n"; }

 private:
  void begin_member(std::string_view name) {
    text_ += text_.empty() ? "{\n  " : ",\n  ";
    append_json(text_, name);
    text_ += ": ";
  }

  std::string text_;
};

}  // namespace firesweep::base
