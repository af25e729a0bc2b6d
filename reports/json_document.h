// What the JSON of a report is put together from.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/parallel.h"
#include "reports/statistics/mean_interval.h"

namespace firesweep::reports {

using Json = nlohmann::ordered_json;  // fields in the order they are documented

inline Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// Reasons quote what workers said, which need not be UTF-8.
inline std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// An object written member by member, so that only one trial at a time exists as a tree, and each
/// element of a long array has a line of its own.
class DocumentWriter {
 public:
  void member(std::string_view name, const Json& value) {
    begin(name);
    text_ += text_of(value);
  }

  /// As `texts`, with a tree for each element.
  template <typename Range, typename ToJson>
  void array(std::string_view name, const Range& elements, ToJson to_json) {
    texts(name, elements, [&to_json](std::string& text, const auto& element) {
      text += text_of(to_json(element));
    });
  }

  /// Long arrays are written on all processors: `append`, which adds an element's JSON to the text
  /// it is given, must not change anything else.
  template <typename Range, typename Append>
  void texts(std::string_view name, const Range& elements, Append append) {
    constexpr std::size_t kWorthAThread = 2'000;
    constexpr std::size_t kSampled = 64;
    begin(name);
    text_ += '[';
    std::map<std::size_t, std::string> others;  // by first index
    std::mutex mutex;
    base::parallel_for(elements.size(), kWorthAThread, [&](std::size_t first, std::size_t last) {
      std::string own;
      std::string& part = first == 0 ? text_ : own;  // the first is in its place already
      const std::size_t before = part.size();
      for (std::size_t i = first; i < last; ++i) {
        if (i == first + kSampled) {  // growing a long text step by step copies it again and again
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
  void begin(std::string_view name) {
    text_ += text_.empty() ? "{\n  " : ",\n  ";
    text_ += text_of(Json(name));
    text_ += ": ";
  }

  std::string text_;
};

/// NAME_low and NAME_high, null where there is no interval.
inline void put_interval(Json& json, const std::string& name,
                         const std::optional<statistics::Interval>& interval) {
  json[name + "_low"] = interval ? Json(interval->low) : Json(nullptr);
  json[name + "_high"] = interval ? Json(interval->high) : Json(nullptr);
}

}  // namespace firesweep::reports
