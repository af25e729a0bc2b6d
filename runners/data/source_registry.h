// Data sources by name.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runners/data/data_source.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::runners::data {

class SourceRegistry {
 public:
  /// Creates the source for `spec`. Does not read files yet. Throws ConfigError for keys that do
  /// not apply to the source.
  using Make = std::function<std::unique_ptr<DataSource>(const sweep::DatasetSpec& spec)>;

  struct Entry {
    std::string name;  // of `dataset.name`
    Make make;
    std::vector<std::string_view> keys{};  // of dataset_keys.h that the source takes
  };

  explicit SourceRegistry(std::vector<Entry> entries);

  [[nodiscard]] std::vector<std::string> names() const;
  /// Throws ConfigError for a name that is not registered, for options that the source does not
  /// take, and what Entry::make throws.
  [[nodiscard]] std::unique_ptr<DataSource> open(const sweep::DatasetSpec& spec) const;

 private:
  void check_options(const sweep::DatasetSpec& spec, const Entry& entry) const;

  std::vector<Entry> entries_;
};

/// The sources that sweep files can use: those of sources.h.
[[nodiscard]] const SourceRegistry& built_in_sources();

}  // namespace firesweep::runners::data
