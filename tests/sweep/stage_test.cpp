#include "sweep/spec/stage.h"

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/store/run_directory.h"
#include "sweep/study/variant.h"
#include "tests/support/fake_stage.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::sweep {
namespace {

SweepSpec spec_with(const std::string& stage, const std::vector<Override>& overrides = {}) {
  return parse_sweep_spec("name: s\ndataset: {name: fashion-mnist}\n" + stage + "\n", "s.yaml",
                          overrides);
}

std::vector<models::ParameterMap> settings_of(const SweepSpec& spec) {
  REQUIRE(spec.stages.size() == 1);
  return combinations_of(spec.stages.front());
}

}  // namespace

TEST_CASE("A stage is a key of sweep files only while it is known") {
  CHECK_THROWS_WITH(spec_with("probe: {}"), Catch::Contains("unknown key 'probe'"));
  const ScopedStage scoped(tests::fake_stage());
  CHECK(spec_with("").stages.empty());
  CHECK_THROWS_AS(ScopedStage(tests::fake_stage()), std::invalid_argument);
}

TEST_CASE("A stage's keys hold a value or a list; what is not named has its default") {
  const ScopedStage scoped(tests::fake_stage());
  using models::ParameterMap;
  const std::string fast = "fast";
  const std::string exact = "exact";
  CHECK(settings_of(spec_with("probe: {}")) ==
        std::vector<ParameterMap>{{{"mode", fast}, {"scale", 1.0}}});
  CHECK(settings_of(spec_with("probe: {scale: [1, 2.5], mode: [exact, fast]}")) ==
        std::vector<ParameterMap>{{{"mode", exact}, {"scale", 1.0}},
                                  {{"mode", exact}, {"scale", 2.5}},
                                  {{"mode", fast}, {"scale", 1.0}},
                                  {{"mode", fast}, {"scale", 2.5}}});
  CHECK(settings_of(spec_with("", {{"probe.scale", "[3, 4]"}})).size() == 2);
  CHECK(settings_of(spec_with("probe: {scale: [1, 2]}", {{"probe.scale", "7"}})) ==
        std::vector<ParameterMap>{{{"mode", fast}, {"scale", 7.0}}});
}

TEST_CASE("What is wrong with a stage is reported with its place") {
  const ScopedStage scoped(tests::fake_stage());
  CHECK_THROWS_WITH(spec_with("probe: {scala: 1}"),
                    Catch::StartsWith("s.yaml:3:9: unknown key 'scala' in probe; did you mean "
                                      "'scale'?"));
  CHECK_THROWS_WITH(spec_with("probe: {scale: 101}"), Catch::StartsWith("s.yaml:3:16: scale is"));
  CHECK_THROWS_WITH(spec_with("probe: {scale: [1, 1.0]}"),
                    Catch::StartsWith("s.yaml:3:20: probe.scale has 1 twice"));
  CHECK_THROWS_WITH(spec_with("probe: {scale: []}"), Catch::Contains("at least one value"));
  CHECK_THROWS_WITH(spec_with("probe: 5"), Catch::Contains("a map of keys to values"));
  CHECK_THROWS_WITH(spec_with("", {{"prob.scale", "1"}}), Catch::EndsWith("executor, probe"));
}

TEST_CASE("A variant's id is a hash of its trial, its stage and its settings") {
  const Variant variant = make_variant("00000000000000aa", "probe", {{"scale", 2.0}});
  CHECK(variant.id == make_variant("00000000000000aa", "probe", {{"scale", 2.0}}).id);
  CHECK(variant.id != make_variant("00000000000000ab", "probe", {{"scale", 2.0}}).id);
  CHECK(variant.id != make_variant("00000000000000aa", "prob", {{"scale", 2.0}}).id);
  CHECK(variant.id != make_variant("00000000000000aa", "probe", {{"scale", 2.5}}).id);
  CHECK(
      variants_of("00000000000000aa", {{"probe", {{"scale", {1.0, 2.0}}}}, {"other", {}}}).size() ==
      3);
}

TEST_CASE("A manifest keeps the stages; one without them is as it was") {
  Manifest manifest;
  manifest.sweep = "s";
  manifest.dataset.name = "fashion-mnist";
  CHECK_FALSE(to_json(manifest).contains("stages"));
  manifest.stages = {{"probe", {{"mode", {std::string("fast")}}, {"scale", {1.0, 2.5}}}}};
  CHECK(manifest_from_json(to_json(manifest)).stages == manifest.stages);
}

TEST_CASE("A variant's result comes back as it was written; another file is refused") {
  const tests::ScratchDirectory scratch;
  const RunDirectory run(scratch.path());
  const Variant variant = make_variant("00000000000000aa", "probe", {{"scale", 2.0}});
  base::create_directories(run.trial_directory(variant.trial_id));
  CHECK_FALSE(run.load_variant(variant));
  run.write_variant({.variant = variant, .metrics = {{"latency_ms", 0.1}}, .seconds = 3.0});
  const auto read = run.load_variant(variant);
  REQUIRE(read);
  CHECK(read->completed);
  CHECK(read->metrics.at("latency_ms") == 0.1);
  CHECK(read->variant.settings == variant.settings);

  const Variant other = make_variant("00000000000000aa", "probe", {{"scale", 3.0}});
  std::filesystem::copy_file(run.variant_path(variant), run.variant_path(other));
  CHECK_THROWS_WITH(run.load_variant(other), Catch::Contains("expected \"" + other.id));
  base::write_file_atomically(run.variant_path(variant), "{");
  CHECK_THROWS_WITH(run.load_variant(variant),
                    Catch::StartsWith(run.variant_path(variant).string()));
}

TEST_CASE("A variant's result that contradicts itself is refused") {
  const Variant variant = make_variant("00000000000000aa", "probe", {});
  CHECK_THROWS_AS(validate({.variant = variant, .completed = false}), Error);
  CHECK_THROWS_AS(validate({.variant = variant, .reason = "no"}), Error);
  CHECK_THROWS_AS(validate({.variant = variant, .metrics = {{"latency_ms", 1.0 / 0.0}}}), Error);
}

}  // namespace firesweep::sweep
