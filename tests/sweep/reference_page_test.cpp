// Keeps docs/sweep-file.md consistent with the tables that drive the reader.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/atomic_file.h"
#include "sweep/spec/metric.h"
#include "sweep/spec/training_recipe.h"
#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

const std::string& page() {
  static const std::string text =
      base::read_file(std::string(FIRESWEEP_SOURCE_DIR) + "/docs/sweep-file.md");
  return text;
}

/// All table rows that start with `key`: several families may have a key of the same name.
std::string rows_of(std::string_view key) {
  const std::string start_of_row = fmt::format("\n| `{}` |", key);
  std::string rows;
  for (std::size_t start = page().find(start_of_row); start != std::string::npos;
       start = page().find(start_of_row, start + 1)) {
    rows += page().substr(start + 1, page().find('\n', start + 1) - start);
  }
  return rows;
}

}  // namespace

TEST_CASE("The reference page has every training key with its range and default") {
  const models::ParameterMap learns = training_with_defaults({}, 6000, true);
  const models::ParameterMap paper =
      training_with_defaults({{"recipe", std::string("paper")}}, 6000, false);
  CHECK_THAT(rows_of("recipe"),
             Catch::Contains("| " + describe_expected(recipe_parameter()) + " |"));
  for (const models::Parameter& parameter : training_parameters()) {
    CAPTURE(parameter.name);
    CHECK_THAT(
        rows_of(parameter.name),
        Catch::Contains("| " + describe_expected(parameter) + " |") &&
            Catch::Contains("| " + models::to_text(paper.find(parameter.name)->second) + " |\n"));
    if (parameter.name == "learning_rate" || parameter.name == "warmup_steps" ||
        parameter.name == "adaptive_clip") {
      CHECK_THAT(rows_of(parameter.name),
                 Catch::Contains("| [derived](#values-that-nobody-wrote) |"));
    } else {
      CHECK_THAT(
          rows_of(parameter.name),
          Catch::Contains("| " + models::to_text(learns.find(parameter.name)->second) + " |"));
    }
  }
}

TEST_CASE("The reference page has every model key with its range and its value in each preset") {
  for (const std::string_view name : models::family_names()) {
    const models::Family& family = *models::find_family(name);
    for (const models::Parameter& parameter : family.parameters()) {
      CAPTURE(parameter.name);
      std::string values;
      for (const std::string_view preset : family.presets()) {
        values += " | " + models::to_text(family.preset(preset).find(parameter.name)->second);
      }
      CHECK_THAT(rows_of(parameter.name),
                 Catch::Contains("| " + describe_expected(parameter) + " |") &&
                     Catch::Contains(values + " |"));
    }
  }
}

TEST_CASE("The reference page names every objective") {
  for (const std::string_view objective : objective_names()) {
    CHECK_THAT(page(), Catch::Contains(fmt::format("`{}`", objective)));
  }
}

}  // namespace firesweep::sweep
