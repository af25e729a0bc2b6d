#include "sweep/study/cost_model.h"

#include <cmath>
#include <fstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json_fields.h"
#include "models/architecture.h"

namespace firesweep::sweep {
namespace {

constexpr std::int64_t kTimingSchemaVersion = 2;

/// Cost of an evaluated image relative to a trained one, without backward pass and update: measured
/// at 0.3 to 0.4.
constexpr double kEvaluationCost = 1.0 / 3.0;

bool is_usable(const TimingObservation& observation) {
  return observation.macs > 0 && observation.activation_elements >= 0 &&
         std::isfinite(observation.seconds_per_image) && observation.seconds_per_image > 0.0;
}

TimingObservation observation_from_json(const nlohmann::json& json) {
  return {.processor = base::text_field(json, "processor"),
          .precision = base::text_field(json, "precision"),
          .engine = base::text_field(json, "engine"),
          .batch_size = base::integer_field(json, "batch_size"),
          .macs = base::integer_field(json, "macs"),
          .activation_elements = base::integer_field(json, "activation_elements"),
          .seconds_per_image = base::number_field(json, "seconds_per_image")};
}

nlohmann::json observation_to_json(const TimingObservation& observation) {
  return {{"processor", observation.processor},
          {"precision", observation.precision},
          {"engine", observation.engine},
          {"batch_size", observation.batch_size},
          {"macs", observation.macs},
          {"activation_elements", observation.activation_elements},
          {"seconds_per_image", observation.seconds_per_image}};
}

std::vector<TimingObservation> read_observations(const std::filesystem::path& file) {
  std::vector<TimingObservation> observations;
  std::error_code unreadable;
  if (!std::filesystem::exists(file, unreadable)) {
    return observations;
  }
  try {
    const nlohmann::json json = base::parse_json(base::read_file(file));
    base::check_schema_version(json, kTimingSchemaVersion);
    for (const nlohmann::json& entry : base::array_field(json, "observations")) {
      TimingObservation observation = observation_from_json(entry);
      if (is_usable(observation)) {
        observations.push_back(std::move(observation));
      }
    }
  } catch (const Error&) {
    observations.clear();  // it is only a cache: start empty
  }
  return observations;
}

/// Seconds per MAC and per activation element, both 0 or more.
struct Coefficients {
  double per_mac = 0.0;
  double per_element = 0.0;
};

/// Least squares of x * per_mac + y * per_element = 1 under non-negativity, where x and y are an
/// observation's MACs and elements over its seconds (so that errors are relative). With two
/// unknowns the constrained optimum is the free one or lies on an axis.
class Fit {
 public:
  void add(const TimingObservation& observation) {
    const double x = static_cast<double>(observation.macs) / observation.seconds_per_image;
    const double y =
        static_cast<double>(observation.activation_elements) / observation.seconds_per_image;
    xx_ += x * x;
    xy_ += x * y;
    yy_ += y * y;
    x_ += x;
    y_ += y;
  }

  [[nodiscard]] std::optional<Coefficients> solve() const {
    if (xx_ <= 0.0) {
      return std::nullopt;
    }
    const double determinant = xx_ * yy_ - xy_ * xy_;
    constexpr double kCollinear = 1e-6;
    if (determinant > kCollinear * xx_ * yy_) {
      const Coefficients free{(x_ * yy_ - y_ * xy_) / determinant,
                              (y_ * xx_ - x_ * xy_) / determinant};
      if (free.per_mac >= 0.0 && free.per_element >= 0.0) {
        return free;
      }
    }
    // The sum of squares falls by x^2/xx on one axis, by y^2/yy on the other.
    if (determinant > kCollinear * xx_ * yy_ && y_ * y_ * xx_ > x_ * x_ * yy_) {
      return Coefficients{0.0, y_ / yy_};
    }
    return Coefficients{x_ / xx_, 0.0};
  }

 private:
  double xx_ = 0.0;
  double xy_ = 0.0;
  double yy_ = 0.0;
  double x_ = 0.0;
  double y_ = 0.0;
};

}  // namespace

TrialImages trial_images(const Point& point, const DatasetSpec& dataset,
                         const DatasetShape& shape) {
  const DatasetSpec counts = resolved(dataset, shape);
  const std::int64_t epochs = models::get_integer(point.training, "epochs");
  return {.trained = counts.train.value_or(0) * epochs,
          .evaluated = counts.validation.value_or(0) * epochs + counts.test.value_or(0)};
}

std::string expected_engine(const Point& point, const DatasetShape& shape) {
  const std::string& engine = models::get_string(point.training, "engine");
  return models::has_batch_norm(architecture_of(point.model, shape)) ? engine + " with batch_norm"
                                                                     : engine;
}

double training_macs(const Point& point, const DatasetSpec& dataset, const DatasetShape& shape) {
  return static_cast<double>(trial_images(point, dataset, shape).trained) *
         static_cast<double>(point.complexity.macs);
}

CostModel::CostModel(std::filesystem::path file, std::string processor)
    : file_(std::move(file)), processor_(std::move(processor)) {}

CostModel CostModel::load(const std::filesystem::path& file, std::string processor) {
  CostModel model(file, std::move(processor));
  model.observations_ = read_observations(file);
  return model;
}

void CostModel::record(const TimingObservation& observation) {
  if (!is_usable(observation)) {
    return;
  }
  observations_ = read_observations(file_);
  observations_.push_back(observation);
  if (observations_.size() > kMaxObservations) {
    observations_.erase(observations_.begin(),
                        observations_.end() - static_cast<std::ptrdiff_t>(kMaxObservations));
  }
  nlohmann::json entries = nlohmann::json::array();
  for (const TimingObservation& entry : observations_) {
    entries.push_back(observation_to_json(entry));
  }
  if (file_.has_parent_path()) {
    base::create_directories(file_.parent_path());
  }
  const nlohmann::json json{{"schema_version", kTimingSchemaVersion}, {"observations", entries}};
  base::write_file_atomically(file_, base::to_file_text(json));
}

std::optional<double> CostModel::seconds_per_training_image(const models::Complexity& complexity,
                                                            std::string_view precision,
                                                            std::string_view engine,
                                                            std::int64_t batch_size) const {
  Fit near;
  Fit all;
  for (const TimingObservation& observation : observations_) {
    if (observation.processor == processor_ && observation.precision == precision &&
        observation.engine == engine) {
      all.add(observation);
      if (observation.batch_size <= 2 * batch_size && batch_size <= 2 * observation.batch_size) {
        near.add(observation);
      }
    }
  }
  const std::optional<Coefficients> coefficients = near.solve() ? near.solve() : all.solve();
  if (!coefficients) {
    return std::nullopt;
  }
  return coefficients->per_mac * static_cast<double>(complexity.macs) +
         coefficients->per_element * static_cast<double>(complexity.activation_elements);
}

std::optional<double> CostModel::trial_seconds(const Point& point, const DatasetSpec& dataset,
                                               const DatasetShape& shape) const {
  const std::optional<double> seconds = seconds_per_training_image(
      point.complexity, models::get_string(point.training, "precision"),
      expected_engine(point, shape), models::get_integer(point.training, "batch_size"));
  if (!seconds) {
    return std::nullopt;
  }
  const TrialImages images = trial_images(point, dataset, shape);
  return *seconds * (static_cast<double>(images.trained) +
                     kEvaluationCost * static_cast<double>(images.evaluated));
}

}  // namespace firesweep::sweep
