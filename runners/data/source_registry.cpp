#include "runners/data/source_registry.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/printable.h"
#include "runners/data/sources.h"

namespace firesweep::runners::data {
namespace {

/// Shells expand `~` and `$NAME`; a sweep file is no shell's.
void check_root_is_written_out(const sweep::DatasetSpec& spec) {
  std::error_code ignored;
  std::filesystem::path path;
  for (const std::filesystem::path& folder : spec.root.value_or(std::filesystem::path())) {
    path /= folder;
    const std::string& name = folder.native();
    if ((name.starts_with('~') || name.find('$') != std::string::npos) &&
        !std::filesystem::exists(path, ignored)) {
      fail_at_key(spec, "root",
                  fmt::format("'{}' is not expanded; write the path out; got {}",
                              base::shortened(name), base::one_line(spec.root->native())));
    }
  }
}

}  // namespace

SourceRegistry::SourceRegistry(std::vector<Entry> entries) : entries_(std::move(entries)) {}

std::vector<std::string> SourceRegistry::names() const {
  std::vector<std::string> names;
  for (const Entry& entry : entries_) {
    names.push_back(entry.name);
  }
  return names;
}

void SourceRegistry::check_options(const sweep::DatasetSpec& spec, const Entry& entry) const {
  for (const auto& [key, value] : spec.options) {
    const auto takes = [&key = key](const Entry& one) {
      return std::ranges::find(one.keys, std::string_view(key)) != one.keys.end();
    };
    if (takes(entry)) {
      continue;
    }
    std::vector<std::string_view> others;
    for (const Entry& other : entries_) {
      if (takes(other)) {
        others.push_back(other.name);
      }
    }
    fail_at_key(spec, key,
                fmt::format("not a key of '{}'; only for {}", entry.name, fmt::join(others, ", ")));
  }
}

std::unique_ptr<DataSource> SourceRegistry::open(const sweep::DatasetSpec& spec) const {
  for (const Entry& entry : entries_) {
    if (entry.name == spec.name) {
      check_options(spec, entry);
      std::unique_ptr<DataSource> source = entry.make(spec);
      check_root_is_written_out(spec);
      return source;
    }
  }
  fail_at_key(spec, "name",
              fmt::format("unknown data set; got '{}'; expected one of {}",
                          base::shortened(spec.name), fmt::join(names(), ", ")));
}

const SourceRegistry& built_in_sources() {
  static const SourceRegistry registry([] {
    std::vector<SourceRegistry::Entry> entries;
    for (const BuiltInSource& source : kBuiltInSources) {
      entries.push_back(
          {std::string(source.name), source.make, {source.keys.begin(), source.keys.end()}});
    }
    return entries;
  }());
  return registry;
}

}  // namespace firesweep::runners::data
