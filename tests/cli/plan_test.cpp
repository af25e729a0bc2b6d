#include "cli/plan.h"

#include <filesystem>
#include <optional>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/units.h"
#include "runners/run/plan_document.h"

namespace firesweep::cli {
namespace {

const std::string kSweep =
    "name: s\n"
    "dataset: {name: fashion-mnist, train: 1000, validation: 100, test: 50}\n"
    "training: {epochs: 2}\n"
    "grid:\n"
    "  SR: [0.125, 0.1255, 0.5]\n"
    "  seed: [1, 2]\n";

/// A sweep planned on a machine that may have been timed.
class Planned {
 public:
  explicit Planned(bool timed, const std::string& text = kSweep)
      : spec_(sweep::parse_sweep_spec(text, "s.yaml")), expansion_(sweep::expand(spec_, kShape)) {
    const auto file = std::filesystem::temp_directory_path() /
                      ("firesweep-plan-" + std::to_string(::getpid()) + ".json");
    auto model = sweep::CostModel::load(file, "here");
    if (timed) {
      // 100 images/s for a network of a million MACs.
      model.record({"here", "fp32", "fused with batch_norm", 64, 1000000, 0, 0.01});
    }
    plan_.emplace(runners::run::make_plan(spec_, kShape, expansion_, model));
    std::filesystem::remove(file);
  }

  [[nodiscard]] const runners::run::Plan& plan() const { return *plan_; }

 private:
  inline static const sweep::DatasetShape kShape{{1, 28, 28}, 10, 60000, 10000};
  sweep::SweepSpec spec_;
  sweep::Expansion expansion_;
  std::optional<runners::run::Plan> plan_;
};

}  // namespace

TEST_CASE("A narrow table leaves out what the other columns imply") {
  const std::string text = plan_table(Planned(false).plan(), false, 50);
  CHECK_THAT(text, Catch::StartsWith("SR     seeds     MB  MMACs  cost/TMAC  time\n"));
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    CHECK(end - begin <= 50);
    begin = end + 1;
  }
}

TEST_CASE("The table has a row per design, reports identical networks, and adds up") {
  CHECK(plan_table(Planned(false).plan(), false) ==
        "SR     seeds  parameters    MiB     MB  MMACs  cost/TMAC  time\n"
        "0.125      2     726,474   2.77   2.91   25.9       0.10     -\n"
        "0.5        2   2,880,906  10.99  11.52  102.2       0.41     -\n"
        "\n"
        "SR=0.1255 is identical to SR=0.125: trained once\n"
        "\n"
        "s: 2 designs, 4 trials; 8,000 image passes, 0.51 TMAC; no time estimate: this machine "
        "has not been timed yet (a run or 'firesweep bench' does so)\n"
        "100 validation images: at 90 % accuracy, differences between two designs below about 8.3 "
        "percentage points are not resolved\n");
}

TEST_CASE("A timed machine gives the time for a point with all its seeds, and for all") {
  const Planned planned(true);
  // 2 seeds x (2,000 trained + (200 + 50) / 3 evaluated images) at 0.01 s for a million MACs.
  const auto seconds = [](double macs) { return 2.0 * (2000.0 + 250.0 / 3.0) * macs * 1e-8; };
  const auto& points = planned.plan().expansion.points;
  const double all = seconds(static_cast<double>(points[0].complexity.macs)) +
                     seconds(static_cast<double>(points[1].complexity.macs));
  CHECK(runners::run::totals_of(planned.plan()).seconds.value() == Approx(all));
  CHECK_THAT(plan_table(planned.plan(), false),
             Catch::Contains(" TMAC; " + base::rough_duration_text(all) + " on one core\n"));
}

TEST_CASE("Layers are listed for each point when asked for") {
  const std::string text = plan_table(Planned(false).plan(), true);
  CHECK_THAT(text, Catch::Contains("\nSR=0.125\nlayer   output CxHxW  parameters") &&
                       Catch::Contains("\nfire2      128x14x14      11,408") &&
                       Catch::Contains("  726,474  25,931,776\n"));
}

TEST_CASE("JSON has the names that scripts rely on") {
  const nlohmann::json json = nlohmann::json::parse(runners::run::plan_json(Planned(false).plan()));
  CHECK(json.at("schema_version") == 1);
  CHECK(json.at("sweep") == "s");
  REQUIRE(json.at("trials").size() == 4);
  const nlohmann::json& trial = json.at("trials")[1];
  CHECK(trial.at("id").get<std::string>().size() == 16);
  CHECK(trial.at("axes") == nlohmann::json({{"SR", 0.125}}));
  CHECK(trial.at("seed") == 2);
  CHECK(trial.at("parameters") == 726474);
  CHECK(trial.at("weight_bytes") == 4 * 726474);
  CHECK(trial.at("estimated_seconds").is_null());
  CHECK(trial.at("aliases") == nlohmann::json::array({{{"SR", 0.1255}}}));
  CHECK_FALSE(json.at("trials")[2].contains("aliases"));
  std::int64_t parameters = 0;
  std::int64_t macs = 0;
  for (const nlohmann::json& layer : trial.at("layers")) {
    parameters += layer.at("parameters").get<std::int64_t>();
    macs += layer.at("macs").get<std::int64_t>();
  }
  CHECK(parameters == 726474);
  CHECK(macs == trial.at("macs"));
  CHECK(trial.at("layers")[2].at("name") == "fire2");
  CHECK(trial.at("layers")[2].at("output") == nlohmann::json({128, 14, 14}));
  CHECK(json.at("totals").at("points") == 2);
  CHECK(json.at("totals").at("trials") == 4);
  CHECK(json.at("totals").at("validation_images") == 100);
  CHECK(json.at("totals").at("resolved_difference") == Approx(0.0831547));
  CHECK(json.at("totals").at("training_images") == 8000);
  CHECK(json.at("totals").at("estimated_seconds").is_null());
}

TEST_CASE("JSON of a timed machine has seconds for every trial") {
  const nlohmann::json json = nlohmann::json::parse(runners::run::plan_json(Planned(true).plan()));
  double sum = 0.0;
  for (const nlohmann::json& trial : json.at("trials")) {
    sum += trial.at("estimated_seconds").get<double>();
  }
  CHECK(json.at("totals").at("estimated_seconds").get<double>() == Approx(sum));
}

TEST_CASE("CSV has a row a trial with quoted lists") {
  const std::string text =
      runners::run::plan_csv(Planned(false,
                                     "name: s\ndataset: {name: fashion-mnist}\n"
                                     "grid: {pool_after: [[1, 4, 6]], bypass: [none]}\n")
                                 .plan());
  CHECK_THAT(text, Catch::StartsWith("id,pool_after,bypass,seed,parameters,macs,weight_bytes,"
                                     "training_images,training_macs,estimated_seconds\r\n") &&
                       Catch::Contains(",\"[1, 4, 6]\",none,1,726474,") &&
                       Catch::EndsWith(",\r\n"));
}

TEST_CASE("A sweep without axes has one row") {
  CHECK_THAT(plan_table(Planned(false, "name: s\ndataset: {name: fashion-mnist}\n").plan(), true),
             Catch::Contains("s: 1 design, 1 trial;") && Catch::Contains("\nthe only design\n"));
}

}  // namespace firesweep::cli
