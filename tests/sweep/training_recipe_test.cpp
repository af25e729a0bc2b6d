#include "sweep/spec/training_recipe.h"

#include <cmath>

#include <catch2/catch.hpp>

namespace firesweep::sweep {
namespace {

TrainingRecipe recipe(Schedule schedule, std::int64_t warmup) {
  TrainingRecipe made;
  made.learning_rate = 0.1;
  made.schedule = schedule;
  made.warmup_steps = warmup;
  return made;
}

}  // namespace

TEST_CASE("Every training key has a default that its own table accepts") {
  const models::ParameterMap defaults = default_training();
  CHECK(defaults.size() == training_parameters().size());
  for (const models::Parameter& parameter : training_parameters()) {
    CAPTURE(parameter.name);
    REQUIRE(defaults.contains(parameter.name));
    CHECK_FALSE(models::check_value(parameter, defaults.find(parameter.name)->second));
    CHECK_FALSE(parameter.description.empty());
  }
}

TEST_CASE("A recipe has the value of every key") {
  const models::ParameterMap values{{"epochs", std::int64_t{7}},
                                    {"batch_size", std::int64_t{32}},
                                    {"optimizer", std::string("sgd")},
                                    {"learning_rate", 0.3},
                                    {"schedule", std::string("cosine")},
                                    {"warmup_steps", std::int64_t{9}},
                                    {"momentum", 0.8},
                                    {"nesterov", true},
                                    {"weight_decay", 0.01},
                                    {"gradient_clip_norm", 2.0},
                                    {"adaptive_clip", 0.3},
                                    {"label_smoothing", 0.1},
                                    {"class_weights", std::string("balanced")},
                                    {"precision", std::string("bf16")},
                                    {"engine", std::string("reference")},
                                    {"crop_padding", std::int64_t{2}},
                                    {"crop_fill", std::string("reflect")},
                                    {"horizontal_flip", true},
                                    {"random_resized_crop", 0.2},
                                    {"brightness", 0.3},
                                    {"contrast", 0.4},
                                    {"saturation", 0.5},
                                    {"hue", 0.06},
                                    {"cutout", std::int64_t{8}},
                                    {"random_erasing", 0.7}};
  const TrainingRecipe made = recipe_from(values);
  CHECK(made.epochs == 7);
  CHECK(made.batch_size == 32);
  CHECK(made.learning_rate == 0.3);
  CHECK(made.schedule == Schedule::kCosine);
  CHECK(made.warmup_steps == 9);
  CHECK(made.momentum == 0.8);
  CHECK(made.nesterov);
  CHECK(made.weight_decay == 0.01);
  CHECK(made.gradient_clip_norm == 2.0);
  CHECK(made.adaptive_clip == 0.3);
  CHECK(made.label_smoothing == 0.1);
  CHECK(made.precision == Precision::kBf16);
  CHECK(made.engine == Engine::kReference);
  CHECK(made.crop_padding == 2);
  CHECK(made.crop_fill == CropFill::kReflect);
  CHECK(made.class_weights == ClassWeights::kBalanced);
  CHECK(made.horizontal_flip);
  CHECK(made.random_resized_crop == 0.2);
  CHECK(made.brightness == 0.3);
  CHECK(made.contrast == 0.4);
  CHECK(made.saturation == 0.5);
  CHECK(made.hue == 0.06);
  CHECK(made.cutout == 8);
  CHECK(made.random_erasing == 0.7);
}

TEST_CASE("A recipe of an older version has the defaults of the keys that it lacks") {
  const TrainingRecipe made = recipe_from({{"epochs", std::int64_t{7}}});
  CHECK(made.epochs == 7);
  CHECK(made.class_weights == ClassWeights::kNone);
  CHECK(made.crop_fill == CropFill::kBlack);
  CHECK(made.learning_rate == TrainingRecipe{}.learning_rate);
}

TEST_CASE("Only keys that came after the first trials are added to an older recipe") {
  models::ParameterMap values{{"epochs", std::int64_t{7}}};
  add_later_keys(values);
  CHECK(values.contains("class_weights"));
  CHECK_FALSE(values.contains("learning_rate"));
  for (const auto& [key, value] : values) {
    CAPTURE(key);
    CHECK((key == "epochs" ||
           models::find_parameter(training_parameters(), key)->is_hidden_at_default));
  }
  values["class_weights"] = std::string("balanced");
  add_later_keys(values);
  CHECK(models::get_string(values, "class_weights") == "balanced");
}

TEST_CASE("Recipe short warms up over a tenth of the steps, rounded up") {
  const auto warmup = [](std::int64_t epochs, std::int64_t batch, std::int64_t images) {
    return models::get_integer(
        training_with_defaults({{"epochs", epochs}, {"batch_size", batch}}, images, true),
        "warmup_steps");
  };
  CHECK(warmup(1, 32, 6000) == 19);
  CHECK(warmup(1, 256, 6000) == 3);
  CHECK(warmup(3, 32, 10000) == 94);
  CHECK(warmup(1, 64, 10) == 1);
  CHECK(warmup(100000, 1, 1000000000) == 1000000000);  // the most that the key may have
}

TEST_CASE(
    "The rate of recipe short grows with the root of the batch size only without normalisation") {
  const auto rate = [](std::int64_t batch, bool batch_norm) {
    return models::get_number(training_with_defaults({{"batch_size", batch}}, 6000, batch_norm),
                              "learning_rate");
  };
  CHECK(rate(16, true) == 0.2);
  CHECK(rate(256, true) == 0.2);
  CHECK(rate(32, false) == 0.05);
  CHECK(models::get_number(training_with_defaults({}, 6000, false), "learning_rate") == 0.05);
  CHECK(rate(128, false) == Approx(0.1));
  CHECK(rate(16, false) == Approx(0.05 / std::sqrt(2.0)).margin(1e-4));
}

TEST_CASE("Every value of a recipe is one that its key accepts") {
  for (const std::string_view recipe : recipe_parameter().choices) {
    const models::ParameterMap values =
        training_with_defaults({{"recipe", std::string(recipe)}}, 6000, true);
    CHECK(values.size() == training_parameters().size());
    for (const models::Parameter& parameter : training_parameters()) {
      CAPTURE(recipe, parameter.name);
      CHECK_FALSE(models::check_value(parameter, values.find(parameter.name)->second));
    }
  }
}

TEST_CASE("Crops are filled with the mean where nobody wrote another fill") {
  for (const std::string_view recipe : recipe_parameter().choices) {
    const models::ParameterMap written{{"recipe", std::string(recipe)},
                                       {"crop_padding", std::int64_t{4}}};
    CHECK(recipe_from(training_with_defaults(written, 6000, false)).crop_fill == CropFill::kMean);
  }
  CHECK(recipe_from(training_with_defaults({{"crop_fill", std::string("black")}}, 6000, false))
            .crop_fill == CropFill::kBlack);
}

TEST_CASE("The fill of crops has an effect where there is padding") {
  CHECK_FALSE(has_effect({{"crop_padding", std::int64_t{0}}}, "crop_fill"));
  CHECK_FALSE(has_effect({}, "crop_fill"));
  CHECK(has_effect({{"crop_padding", std::int64_t{1}}}, "crop_fill"));
  CHECK(has_effect({{"crop_padding", std::int64_t{0}}}, "crop_padding"));
}

TEST_CASE("The warm-up rises linearly to the rate where the schedule starts") {
  const auto schedule = GENERATE(Schedule::kConstant, Schedule::kLinear, Schedule::kCosine);
  const TrainingRecipe made = recipe(schedule, 4);
  CHECK(learning_rate_at(made, 0, 104) == Approx(0.025));
  CHECK(learning_rate_at(made, 3, 104) == Approx(0.1));
  CHECK(learning_rate_at(made, 4, 104) == Approx(0.1));
}

TEST_CASE("Schedules fall as named") {
  CHECK(learning_rate_at(recipe(Schedule::kConstant, 0), 99, 100) == 0.1);
  CHECK(learning_rate_at(recipe(Schedule::kLinear, 0), 50, 100) == Approx(0.05));
  CHECK(learning_rate_at(recipe(Schedule::kLinear, 0), 99, 100) == Approx(0.001));
  CHECK(learning_rate_at(recipe(Schedule::kCosine, 0), 50, 100) == Approx(0.05));
  CHECK(learning_rate_at(recipe(Schedule::kCosine, 0), 25, 100) == Approx(0.0853553));
  CHECK(learning_rate_at(recipe(Schedule::kLinear, 20), 60, 100) == Approx(0.05));
}

TEST_CASE("A warm-up longer than the training never reaches the rate") {
  CHECK(learning_rate_at(recipe(Schedule::kLinear, 200), 99, 100) == Approx(0.05));
}

}  // namespace firesweep::sweep
