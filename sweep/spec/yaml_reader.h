// Strict, typed reading of YAML. Every error has its location: "file:line:column: ...".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "models/parameter.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::sweep {

/// One key of a YAML map.
struct YamlEntry {
  std::string key;
  Location location;  // of the key
  YAML::Node value;
};

/// Reads YAML from a file or from `--set`, whose lines and columns have no meaning.
class YamlReader {
 public:
  enum class Source { kFile, kOverride };

  explicit YamlReader(std::string name, Source source = Source::kFile)
      : name_(std::move(name)), source_(source) {}

  /// The document in `text`. Throws ConfigError if the text is not UTF-8, is not YAML, or has more
  /// than one document.
  [[nodiscard]] YAML::Node parse(const std::string& text) const;

  /// {0, 0} for `--set`.
  [[nodiscard]] Location location(const YAML::Node& node) const;
  [[noreturn]] void fail(Location location, std::string_view message) const;
  /// "<what> is <the node>; expected <expected>".
  [[noreturn]] void fail_expected(const YAML::Node& node, std::string_view what,
                                  std::string_view expected) const;
  /// "unknown key 'x' in <what>; did you mean 'y'? known keys: ...".
  [[noreturn]] void fail_unknown(const YamlEntry& entry, std::string_view what,
                                 std::span<const std::string_view> known) const;

  /// The entries of a map in file order. `what` names the map in errors. Duplicate keys, keys that
  /// are not plain words and merge keys (`<<`) are errors.
  [[nodiscard]] std::vector<YamlEntry> entries(const YAML::Node& node, std::string_view what,
                                               std::string_view expected = "a map") const;
  /// The elements of a list.
  [[nodiscard]] std::vector<YAML::Node> elements(const YAML::Node& node, std::string_view what,
                                                 std::string_view expected = "a list") const;
  [[nodiscard]] std::string text(const YAML::Node& node, std::string_view what,
                                 std::string_view expected = "text") const;
  [[nodiscard]] std::int64_t integer(const YAML::Node& node, std::string_view what,
                                     std::int64_t minimum, std::int64_t maximum) const;
  /// A value of the parameter's type and in its range. Integers become numbers where a number is
  /// expected, so that `1` and `1.0` are the same trial.
  [[nodiscard]] models::ParameterValue value(const YAML::Node& node,
                                             const models::Parameter& parameter) const;

 private:
  [[nodiscard]] std::vector<std::int64_t> integer_list(const YAML::Node& node,
                                                       const models::Parameter& parameter) const;

  std::string name_;
  Source source_;
};

}  // namespace firesweep::sweep
