// Data sets by name: the one place where a new one is entered.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "sweep/spec/sweep_spec.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::data {

/// Where a data set's images come from.
enum class SourceKind {
  kIdx,        // four files in MNIST's format below a root
  kSynthetic,  // made up, from a counter
  kPlanOnly,   // shape known, so designs can be planned; not readable yet
};

struct DatasetEntry {
  std::string_view name;
  SourceKind kind = SourceKind::kIdx;
  std::optional<sweep::DatasetShape> shape;  // absent: the files or the keys tell
  std::string_view default_root;             // empty: dataset.root is required
  std::string_view package;                  // the Debian package that installs default_root
};

[[nodiscard]] std::span<const DatasetEntry> dataset_entries();

/// The entry of `spec.name`. Throws ConfigError for an unknown name, a key that does not go with
/// the data set, a missing root, or a synthetic shape out of range.
[[nodiscard]] const DatasetEntry& find_entry(const sweep::DatasetSpec& spec);

/// Where the files of `entry` lie: dataset.root, or the default.
[[nodiscard]] std::filesystem::path root_of(const sweep::DatasetSpec& spec,
                                            const DatasetEntry& entry);

}  // namespace firesweep::runners::data
