#include "sweep/study/expand.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include "base/error.h"
#include "sweep/spec/parameter_keys.h"
#include "sweep/spec/training_recipe.h"
#include "sweep/study/combinations.h"
#include "sweep/study/dataset_split.h"
#include "sweep/study/recipe_check.h"

namespace firesweep::sweep {
namespace {

using models::ParameterMap;

/// 128 bits: two different designs never have the same hash.
struct PointHash {
  XXH128_hash_t value;
  bool operator==(const PointHash& other) const { return XXH128_isEqual(value, other.value) != 0; }
};

struct PointHashHasher {
  std::size_t operator()(const PointHash& hash) const { return hash.value.low64; }
};

class Expander {
 public:
  Expander(const SweepSpec& spec, const DatasetShape& shape, const DatasetClasses& classes)
      : spec_(spec), shape_(shape), classes_(classes), dataset_(resolved(spec.dataset, shape)) {}

  Expansion expand() {
    result_.warnings = check_dataset_split(spec_, shape_, classes_);
    const CombinationList list = combinations_of(spec_, shape_);
    result_.axis_keys = list.axis_keys;
    find_axis_sections();
    find_written_keys();
    for (const std::string& warning : list.warnings) {
      warn(warning);
    }
    result_.points.reserve(list.combinations.size());
    for (const AxisCombination& combination : list.combinations) {
      add(combination);
    }
    check_ids();
    return std::move(result_);
  }

 private:
  void warn(std::string line) {
    if (warned_.insert(line).second) {
      result_.warnings.push_back(std::move(line));
    }
  }

  void find_axis_sections() {
    for (const std::string& key : result_.axis_keys) {
      const bool of_training = key == recipe_parameter().name ||
                               models::find_parameter(training_parameters(), key) != nullptr;
      axis_sections_.push_back(of_training ? Section::kTraining : Section::kModel);
    }
  }

  void find_written_keys() {
    for (const auto& [key, value] : spec_.model) {
      written_.insert(key);
    }
    written_.insert(result_.axis_keys.begin(), result_.axis_keys.end());
  }

  /// The combination's value of `key`, if `key` is an axis.
  [[nodiscard]] std::optional<std::string> axis_choice(const AxisCombination& combination,
                                                       std::string_view key) const {
    const auto axis = std::ranges::find(result_.axis_keys, key);
    if (axis == result_.axis_keys.end()) {
      return std::nullopt;
    }
    const auto index = static_cast<std::size_t>(axis - result_.axis_keys.begin());
    return std::get<std::string>(combination.values[index]);
  }

  /// Preset, then `model:`, without the axes' values. Cached per family and preset.
  const ParameterMap& base_model_of(const AxisCombination& combination) {
    auto key = std::pair(axis_choice(combination, "family"), axis_choice(combination, "preset"));
    const auto [entry, is_new] = base_models_.try_emplace(std::move(key));
    if (is_new) {
      entry->second = base_model(spec_, entry->first.first, entry->first.second,
                                 place_of(combination, "preset"));
    }
    return entry->second;
  }

  void add(const AxisCombination& combination) {
    Point point{.axis_values = combination.values,
                .aliases = {},
                .model = base_model_of(combination),
                .training = spec_.training,
                .complexity = {}};
    for (std::size_t i = 0; i < combination.values.size(); ++i) {
      const std::string& key = result_.axis_keys[i];
      if (axis_sections_[i] == Section::kTraining) {
        point.training[key] = combination.values[i];
      } else if (const auto found = point.model.find(key); found != point.model.end()) {
        found->second = combination.values[i];
      }
    }
    family_of(point).adapt(point.model, written_, shape_.image);
    point.training =
        training_with_defaults(point.training, *dataset_.train, has_batch_norm(point.model));
    check_recipe(combination, point);
    const models::Architecture architecture = design(combination, point);
    const std::string canonical = canonical_point(architecture, point.training, dataset_);
    const PointHash hash{XXH3_128bits(canonical.data(), canonical.size())};
    const auto [known, is_new] = by_content_.emplace(hash, result_.points.size());
    if (!is_new) {
      add_alias(result_.points[known->second], combination);
      return;
    }
    check_size(architecture, combination);
    point.complexity = models::complexity_of(architecture);
    result_.points.push_back(std::move(point));
    for (const std::uint64_t seed : spec_.seeds) {
      result_.trials.push_back({trial_id(canonical_trial(canonical, seed)), known->second, seed});
    }
  }

  void add_alias(Point& point, const AxisCombination& combination) {
    if (point.axis_values == combination.values) {
      warn(at(spec_.file, combination.locations.empty() ? Location{} : combination.locations.back(),
              "this combination is already in the sweep" + described(combination)));
    } else if (aliases_.insert(combination.values).second) {
      point.aliases.push_back(combination.values);
    }
  }

  static const models::Family& family_of(const Point& point) {
    return *models::find_family(models::get_string(point.model, "family"));
  }

  models::Architecture design(const AxisCombination& combination, const Point& point) {
    models::DesignResult result =
        family_of(point).design(point.model, shape_.image, shape_.classes);
    for (const models::Diagnostic& diagnostic : result.diagnostics) {
      if (diagnostic.severity == models::Severity::kError) {
        fail(combination, diagnostic.key, diagnostic.message);
      }
      warn(at(spec_.file, place_of(combination, diagnostic.key),
              diagnostic.message + described(combination)));
    }
    return std::move(result.architecture).value();
  }

  /// Within this limit every count of a design fits into 64 bits, for images of any size.
  void check_size(const models::Architecture& architecture,
                  const AxisCombination& combination) const {
    constexpr std::int64_t kMaxParameters = 100'000'000'000;
    std::int64_t parameters = 0;
    for (const models::Stage& stage : architecture.stages) {
      parameters += models::parameter_count(stage.operation);
    }
    if (parameters > kMaxParameters) {
      fail(combination, "base_e",
           fmt::format("this design has {} parameters; expected at most {}", parameters,
                       kMaxParameters));
    }
  }

  /// Checks that involve more than one key.
  void check_recipe(const AxisCombination& combination, const Point& point) const {
    if (const auto problem = recipe_problem(point.training, shape_.image)) {
      fail(combination, problem->key, problem->message);
    }
  }

  /// Where the value of the key in this combination comes from.
  [[nodiscard]] Location place_of(const AxisCombination& combination, std::string_view key) const {
    for (std::size_t i = 0; i < result_.axis_keys.size(); ++i) {
      if (result_.axis_keys[i] == key) {
        return combination.locations[i];
      }
    }
    for (const Locations* locations : {&spec_.model_locations, &spec_.training_locations}) {
      if (const auto found = locations->find(key); found != locations->end()) {
        return found->second;
      }
    }
    return {};
  }

  /// " (SR=0.125, bypass=none)".
  [[nodiscard]] std::string described(const AxisCombination& combination) const {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < combination.values.size(); ++i) {
      values.push_back(result_.axis_keys[i] + "=" + models::to_text(combination.values[i]));
    }
    return values.empty() ? "" : fmt::format(" (at {})", fmt::join(values, ", "));
  }

  [[noreturn]] void fail(const AxisCombination& combination, std::string_view key,
                         const std::string& message) const {
    throw ConfigError(at(spec_.file, place_of(combination, key), message + described(combination)));
  }

  /// Ids have 64 bits. A collision would mix up the results of two trials.
  void check_ids() const {
    std::vector<std::string_view> ids;
    ids.reserve(result_.trials.size());
    for (const Trial& trial : result_.trials) {
      ids.push_back(trial.id);
    }
    std::ranges::sort(ids);
    const auto twice = std::ranges::adjacent_find(ids);
    if (twice != ids.end()) {
      throw Error(
          fmt::format("{}: two different trials have the id {}; change any value of the "
                      "sweep, for example its seeds",
                      spec_.file, *twice));
    }
  }

  const SweepSpec& spec_;
  const DatasetShape& shape_;
  const DatasetClasses& classes_;
  const DatasetSpec dataset_;
  Expansion result_;
  std::vector<Section> axis_sections_;
  models::WrittenKeys written_;  // keys of models that the file has
  std::map<std::pair<std::optional<std::string>, std::optional<std::string>>, ParameterMap>
      base_models_;
  std::unordered_map<PointHash, std::size_t, PointHashHasher> by_content_;
  /// Aliases of all designs: searching the list of each design would take quadratic time.
  std::set<std::vector<models::ParameterValue>> aliases_;
  std::set<std::string> warned_;
};

}  // namespace

Expansion expand(const SweepSpec& spec, const DatasetShape& shape, const DatasetClasses& classes) {
  return Expander(spec, shape, classes).expand();
}

}  // namespace firesweep::sweep
