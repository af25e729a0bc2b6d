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

#include "reports/parallel.h"
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

  /// Long arrays are written on all processors: `to_json` must not change anything.
  template <typename Range, typename ToJson>
  void array(std::string_view name, const Range& elements, ToJson to_json) {
    constexpr std::size_t kWorthAThread = 2'000;
    constexpr std::size_t kSampled = 64;
    begin(name);
    text_ += '[';
    std::map<std::size_t, std::string> parts;  // by first index
    std::mutex mutex;
    in_ranges(elements.size(), kWorthAThread, [&](std::size_t first, std::size_t last) {
      std::string part;
      for (std::size_t i = first; i < last; ++i) {
        if (i == first + kSampled) {  // growing a long text step by step copies it again and again
          part.reserve(part.size() / kSampled * (last - first) * 9 / 8);
        }
        part += i == 0 ? "\n    " : ",\n    ";
        part += text_of(to_json(elements[i]));
      }
      const std::lock_guard lock(mutex);
      parts[first] = std::move(part);
    });
    std::size_t size = text_.size();
    for (const auto& [first, part] : parts) {
      size += part.size();
    }
    text_.reserve(size + size / 8);
    for (const auto& [first, part] : parts) {
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
                         const std::optional<Interval>& interval) {
  json[name + "_low"] = interval ? Json(interval->low) : Json(nullptr);
  json[name + "_high"] = interval ? Json(interval->high) : Json(nullptr);
}

}  // namespace firesweep::reports
