#include "reports/merge.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "sweep/spec/training_recipe.h"
#include "sweep/study/trial.h"

namespace firesweep::reports {
namespace {

using models::ParameterMap;
using models::ParameterValue;
using sweep::Manifest;
using sweep::Point;

constexpr std::string_view kDatasetKey = "dataset";
const ParameterValue kNoValue = std::string("-");  // of a key that the design's family lacks

std::string dataset_content(const Manifest& manifest) {
  nlohmann::json json = sweep::to_json(sweep::resolved(manifest.dataset, manifest.dataset_shape));
  json.erase("root");
  json["checksum"] = manifest.dataset_checksum;
  return json.dump();
}

/// Short, and different for different content.
std::string dataset_label(const Manifest& manifest) {
  const sweep::DatasetSpec data = sweep::resolved(manifest.dataset, manifest.dataset_shape);
  return fmt::format("{} {}+{}/{} split {} {}", data.name, data.train.value_or(0),
                     data.validation.value_or(0), data.test.value_or(0), data.split_seed,
                     manifest.dataset_checksum.substr(0, 8));
}

const ParameterValue* find_value(const Point& point, std::string_view key) {
  for (const ParameterMap* map : {&point.model, &point.training}) {
    if (const auto found = map->find(key); found != map->end()) {
      return &found->second;
    }
  }
  return nullptr;
}

/// Whether the value of the key can make the designs' trainings differ. Older runs have values of
/// later keys that have no effect and are not the default of today.
bool says_something(const Point& a, const Point& b, std::string_view key) {
  return sweep::has_effect(a.training, key) || sweep::has_effect(b.training, key);
}

class Merger {
 public:
  explicit Merger(std::span<const Manifest> manifests) : manifests_(manifests) {}

  MergedManifest merge(const std::vector<std::string>& objectives) {
    Manifest& whole = merged_.manifest;
    whole = manifests_.front();
    whole.objectives = common_objectives(objectives);
    whole.points.clear();
    whole.trials.clear();
    whole.stages.clear();
    join_names();
    collect_axes();
    for (std::size_t run = 0; run < manifests_.size(); ++run) {
      add(run);
    }
    sort_trials();
    return std::move(merged_);
  }

 private:
  std::vector<std::string> common_objectives(const std::vector<std::string>& wanted) const {
    if (!wanted.empty()) {
      return wanted;
    }
    const Manifest& first = manifests_.front();
    for (const Manifest& other : manifests_) {
      if (other.objectives != first.objectives) {
        throw Error(fmt::format(
            "the runs have different objectives: {} has {}, {} has {}; choose with --objective",
            first.sweep, fmt::join(first.objectives, ", "), other.sweep,
            fmt::join(other.objectives, ", ")));
      }
    }
    return first.objectives;
  }

  void join_names() {
    std::vector<std::string> names;
    for (const Manifest& manifest : manifests_) {
      if (std::ranges::find(names, manifest.sweep) == names.end()) {
        names.push_back(manifest.sweep);
      }
      merged_.manifest.created = std::min(merged_.manifest.created, manifest.created);
    }
    merged_.manifest.sweep = fmt::format("{}", fmt::join(names, " + "));
  }

  void add_axis(std::string_view key) {
    std::vector<std::string>& keys = merged_.manifest.axis_keys;
    if (std::ranges::find(keys, key) == keys.end()) {
      keys.emplace_back(key);
    }
  }

  void collect_axes() {
    std::set<std::string> varying;
    std::set<std::string> datasets;
    const Point* const first = first_point();
    for (const Manifest& manifest : manifests_) {
      for (const std::string& key : manifest.axis_keys) {
        add_axis(key);
      }
      datasets.insert(dataset_content(manifest));
      for (const Point& point : manifest.points) {
        note_differences(*first, point, varying);
        note_differences(point, *first, varying);
      }
    }
    for (const std::string& key : varying) {
      add_axis(key);
    }
    if (datasets.size() > 1) {
      add_axis(kDatasetKey);
    }
  }

  /// Any design, to compare the others with; null if there is none.
  [[nodiscard]] const Point* first_point() const {
    for (const Manifest& manifest : manifests_) {
      if (!manifest.points.empty()) {
        return &manifest.points.front();
      }
    }
    return nullptr;
  }

  static void note_differences(const Point& a, const Point& b, std::set<std::string>& varying) {
    for (const ParameterMap Point::*map : {&Point::model, &Point::training}) {
      for (const auto& [key, value] : a.*map) {
        const ParameterValue* const other = find_value(b, key);
        if ((other == nullptr || *other != value) && says_something(a, b, key)) {
          varying.insert(key);
        }
      }
    }
  }

  /// Values on the merged axes of one of a run's designs, or of an alias of it.
  std::vector<ParameterValue> values_of(const Manifest& manifest, const Point& point,
                                        const std::vector<ParameterValue>& own) const {
    std::vector<ParameterValue> values;
    for (const std::string& key : merged_.manifest.axis_keys) {
      const auto axis = std::ranges::find(manifest.axis_keys, key);
      if (axis != manifest.axis_keys.end()) {
        values.push_back(own[static_cast<std::size_t>(axis - manifest.axis_keys.begin())]);
      } else if (const ParameterValue* const value = find_value(point, key)) {
        values.push_back(*value);
      } else {
        values.push_back(key == kDatasetKey ? ParameterValue(dataset_label(manifest)) : kNoValue);
      }
    }
    return values;
  }

  void add(std::size_t run) {
    const Manifest& manifest = manifests_[run];
    merged_.stages_of_run.push_back(manifest.stages);
    const std::string data = dataset_content(manifest);
    const sweep::DatasetSpec resolved = sweep::resolved(manifest.dataset, manifest.dataset_shape);
    std::vector<std::size_t> merged_index;
    for (const Point& point : manifest.points) {
      const std::string content =
          data + sweep::canonical_point(sweep::architecture_of(point.model, manifest.dataset_shape),
                                        point.training, resolved);
      merged_index.push_back(add_point(manifest, point, content));
    }
    for (const sweep::Trial& trial : manifest.trials) {
      add_trial(run, {trial.id, merged_index[trial.point], trial.seed, trial.is_final_seed});
    }
  }

  std::size_t add_point(const Manifest& manifest, const Point& point, const std::string& content) {
    std::vector<Point>& points = merged_.manifest.points;
    const auto [found, added] = points_.try_emplace(content, points.size());
    const std::vector<ParameterValue> values = values_of(manifest, point, point.axis_values);
    if (added) {
      points.push_back(point);
      points.back().axis_values = values;
      points.back().aliases.clear();
    }
    Point& merged = points[found->second];
    add_alias(merged, values);
    for (const std::vector<ParameterValue>& alias : point.aliases) {
      add_alias(merged, values_of(manifest, point, alias));
    }
    return found->second;
  }

  static void add_alias(Point& point, const std::vector<ParameterValue>& values) {
    if (values != point.axis_values &&
        std::ranges::find(point.aliases, values) == point.aliases.end()) {
      point.aliases.push_back(values);
    }
  }

  /// The same id is the same content, except for the data's checksum, which is not part of ids. A
  /// seed that one of the runs has for all its designs is not final in the whole.
  void add_trial(std::size_t run, sweep::Trial trial) {
    const auto [found, added] =
        trials_.try_emplace({trial.id, trial.point}, merged_.manifest.trials.size());
    const bool is_final = trial.is_final_seed;
    if (added) {
      merged_.manifest.trials.push_back(std::move(trial));
      merged_.runs_of_trial.emplace_back();
    }
    bool& is_final_in_whole = merged_.manifest.trials[found->second].is_final_seed;
    is_final_in_whole = is_final_in_whole && is_final;
    merged_.runs_of_trial[found->second].push_back(run);
  }

  /// Designs in order of appearance, seeds fastest, as a sweep's own report has them.
  void sort_trials() {
    std::vector<std::size_t> order(merged_.manifest.trials.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      order[i] = i;
    }
    std::ranges::stable_sort(order, {},
                             [this](std::size_t i) { return merged_.manifest.trials[i].point; });
    std::vector<sweep::Trial> trials;
    std::vector<std::vector<std::size_t>> runs;
    for (const std::size_t i : order) {
      trials.push_back(std::move(merged_.manifest.trials[i]));
      runs.push_back(std::move(merged_.runs_of_trial[i]));
    }
    merged_.manifest.trials = std::move(trials);
    merged_.runs_of_trial = std::move(runs);
  }

  std::span<const Manifest> manifests_;
  MergedManifest merged_;
  std::map<std::string, std::size_t> points_;                          // by content
  std::map<std::pair<std::string, std::size_t>, std::size_t> trials_;  // by id and point
};

}  // namespace

MergedManifest merge_manifests(std::vector<Manifest> manifests,
                               const std::vector<std::string>& objectives) {
  if (manifests.size() > 1) {
    return Merger(manifests).merge(objectives);
  }
  MergedManifest merged;
  merged.manifest = std::move(manifests.front());
  merged.stages_of_run.push_back(merged.manifest.stages);
  if (!objectives.empty()) {
    merged.manifest.objectives = objectives;
  }
  merged.runs_of_trial.assign(merged.manifest.trials.size(), {0});
  return merged;
}

}  // namespace firesweep::reports
