// JSON written straight into a text, for the members of which a report has millions. Byte for byte
// what text_of makes of the same values, without the tree.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace firesweep::base {

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

/// An object at the end of `text`. Names must need no escapes and differ from each other.
class ObjectText {
 public:
  explicit ObjectText(std::string& text) : text_(text) { text_ += '{'; }

  template <typename Value>
  void member(std::string_view name, const Value& value) {
    append_json(begin(name), value);
  }

  /// `json`: what stands for the value.
  void written(std::string_view name, std::string_view json) { begin(name) += json; }

  /// The text, for a value to be put there.
  std::string& begin(std::string_view name) {
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

}  // namespace firesweep::base
