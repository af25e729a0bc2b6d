// The same trials as `firesweep run` with nothing around the training: one process, one thread, no
// worker, no events, no files. What the run's machinery costs is the difference.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runners/data/dataset.h"
#include "runners/train/evaluation.h"
#include "runners/train/prepared_data.h"
#include "runners/train/trainer.h"
#include "sweep/expand.h"
#include "sweep/sweep_spec.h"

namespace {

using namespace firesweep;

/// The test part's top-1, as a worker would report it.
double train(const sweep::Point& point, std::uint64_t seed, const runners::PreparedData& data,
             const sweep::DatasetShape& shape) {
  const sweep::TrainingRecipe recipe = sweep::recipe_from(point.training);
  const runners::TrainingData training{data.dataset.train(), data.split.train, data.normalization};
  runners::Trainer trainer(sweep::architecture_of(point.model, shape), recipe, training, seed);
  for (std::int64_t epoch = 0; epoch < recipe.epochs; ++epoch) {
    trainer.train_epoch();
    (void)runners::evaluate(trainer.network(), data.dataset.train(), data.split.validation,
                            data.normalization, recipe.precision);
  }
  return runners::evaluate(trainer.network(), data.dataset.test(), data.test, data.normalization,
                           recipe.precision)
      .top1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Trains trials of a sweep one after another, with nothing around them."};
  std::filesystem::path config;
  std::vector<std::string> ids;
  app.add_option("config", config, "Sweep file")->required();
  app.add_option("--only", ids, "Ids of the trials")->required();
  CLI11_PARSE(app, argc, argv);
  at::set_num_threads(1);
  const sweep::SweepSpec spec = sweep::load_sweep_spec(config, {});
  const sweep::DatasetShape shape = runners::data::describe_dataset(spec.dataset);
  const sweep::Expansion expansion = sweep::expand(spec, shape);
  runners::DataCache cache(runners::data::default_cache_directory());
  const runners::PreparedData& data = cache.get(spec.dataset);
  nlohmann::json result{{"trials", nlohmann::json::object()}};
  const auto begin = std::chrono::steady_clock::now();
  for (const sweep::Trial& trial : expansion.trials) {
    if (std::find(ids.begin(), ids.end(), trial.id) != ids.end()) {
      result["trials"][trial.id] = train(expansion.points[trial.point], trial.seed, data, shape);
    }
  }
  result["seconds"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  fmt::print("{}\n", result.dump());
}
