#include "models/squeezenet_family.h"

#include <catch2/catch.hpp>

#include "tests/models/support.h"

namespace firesweep::models {

namespace {

std::vector<std::string> names_with_shortcut(const Architecture& net, Shortcut shortcut) {
  std::vector<std::string> names;
  for (const Stage& stage : net.stages) {
    if (const auto* fire = std::get_if<Fire>(&stage.operation);
        fire && fire->shortcut == shortcut) {
      names.push_back(stage.name);
    }
  }
  return names;
}

}  // namespace

TEST_CASE("Widths follow e_i = base_e + incr_e floor(i / freq), halves rounded up") {
  const FireMetaparameters defaults;
  CHECK(fire_widths(defaults, 0).squeeze == 16);
  CHECK(fire_widths(defaults, 1).expand1x1 == 64);
  CHECK(fire_widths(defaults, 2).expand3x3 == 128);
  CHECK(fire_widths(defaults, 7).squeeze == 64);
  const FireWidths odd = fire_widths({.base_e = 5, .incr_e = 0, .pct_3x3 = 0.5, .SR = 0.5}, 3);
  CHECK(odd.expand3x3 == 3);  // 2.5
  CHECK(odd.expand1x1 == 2);
  CHECK(odd.squeeze == 3);
}

TEST_CASE("A module has at least one squeeze filter") {
  CHECK(fire_widths({.base_e = 8, .incr_e = 0, .SR = 0.05}, 0).squeeze == 1);
  CHECK(fire_widths({.base_e = 128, .incr_e = 0, .SR = 0.0001}, 0).squeeze == 1);
  CHECK(fire_widths({.base_e = 8, .incr_e = 0, .SR = 0.2}, 0).squeeze == 2);
}

TEST_CASE("Simple bypass runs around the modules whose widths agree, complex around all") {
  const auto simple = architecture("v1.0", kImageNet, 1000, {{"bypass", std::string("simple")}});
  const std::vector<std::string> identities = {"fire3", "fire5", "fire7", "fire9"};
  CHECK(names_with_shortcut(simple, Shortcut::kIdentity) == identities);
  CHECK(names_with_shortcut(simple, Shortcut::kConvolution).empty());
  const auto complex = architecture("v1.0", kImageNet, 1000, {{"bypass", std::string("complex")}});
  CHECK(names_with_shortcut(complex, Shortcut::kIdentity) == identities);
  CHECK(names_with_shortcut(complex, Shortcut::kConvolution) ==
        std::vector<std::string>{"fire2", "fire4", "fire6", "fire8"});
}

TEST_CASE("Layers are numbered as in the paper for any number of Fire modules") {
  const auto net = architecture("small", kFashion, 10, {{"fire_modules", std::int64_t{11}}});
  CHECK(net.stages.front().name == "conv1");
  CHECK(net.stages[net.stages.size() - 2].name == "conv13");
}

TEST_CASE("A dropout of zero leaves no stage behind") {
  const auto with = architecture("small", kFashion, 10, {{"dropout", 0.5}});
  const auto without = architecture("small", kFashion, 10, {{"dropout", 0.0}});
  CHECK(with.stages.size() == without.stages.size() + 1);
}

TEST_CASE("The pools of small adapt to depth and image size, unless they are written") {
  struct Case {
    std::int64_t modules;
    Shape input;
    std::vector<std::int64_t> pools;
  };
  const std::vector<Case> cases = {
      {1, kFashion, {1}},       {2, kFashion, {1, 2}},        {3, kFashion, {1, 2, 3}},
      {4, kFashion, {1, 3, 4}}, {5, kFashion, {1, 3, 4}},     {6, kFashion, {1, 4, 6}},
      {8, kFashion, {1, 4, 6}}, {12, {3, 64, 64}, {1, 4, 6}}, {8, {1, 8, 8}, {1, 4}},
      {8, {1, 40, 4}, {1}},     {8, {1, 2, 2}, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.modules, c.input.height, c.input.width);
    ParameterMap values = squeezenet_family().preset("small");
    values["preset"] = std::string("small");
    values["fire_modules"] = c.modules;
    squeezenet_family().adapt(values, {"fire_modules"}, c.input);
    CHECK(get_integers(values, "pool_after") == c.pools);
    CHECK(squeezenet_family().design(values, c.input, 10).architecture.has_value());
    values["pool_after"] = std::vector<std::int64_t>{2};
    squeezenet_family().adapt(values, {"fire_modules", "pool_after"}, c.input);
    CHECK(get_integers(values, "pool_after") == std::vector<std::int64_t>{2});
  }
}

TEST_CASE("The paper's presets never adapt") {
  for (const std::string_view preset : {"v1.0", "v1.1"}) {
    ParameterMap values = squeezenet_family().preset(preset);
    values["preset"] = std::string(preset);
    values["fire_modules"] = std::int64_t{4};
    values["batch_norm"] = true;
    const ParameterMap before = values;
    squeezenet_family().adapt(values, {"fire_modules"}, kFashion);
    CHECK(values == before);
  }
}

TEST_CASE("Impossible designs are errors that name key, layer and numbers") {
  struct Case {
    Changes changes;
    Shape input;
    std::string key;
    std::string message;
  };
  const std::vector<Case> cases = {
      {{{"pct_3x3", 0.001}},
       kFashion,
       "pct_3x3",
       "fire2 has no 3x3 filters: pct_3x3 is 0.001 of 128 expand filters"},
      {{{"pct_3x3", 0.999}},
       kFashion,
       "pct_3x3",
       "fire2 has no 1x1 filters: pct_3x3 is 0.999 of 128 expand filters"},
      {{},
       {1, 8, 8},
       "pool_after",
       "the 3x3 pool after layer 6 does not fit its 2x2 input: too many pools for images of this "
       "size"},
      {{{"conv1_kernel", std::int64_t{9}}, {"conv1_padding", std::int64_t{0}}},
       {1, 8, 8},
       "conv1_kernel",
       "conv1's 9x9 kernel does not fit a 8x8 input"},
      {{{"pool_after", std::vector<std::int64_t>{12}}},
       kFashion,
       "pool_after",
       "pool_after names layer 12, but the last Fire module is fire9"},
      {{{"pool_after", std::vector<std::int64_t>{1, 1}}},
       kFashion,
       "pool_after",
       "pool_after names layer 1 twice"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.message);
    const DesignResult result = design("small", c.input, 10, c.changes);
    CHECK_FALSE(result.architecture.has_value());
    REQUIRE_FALSE(result.diagnostics.empty());
    CHECK(result.diagnostics.front().severity == Severity::kError);
    CHECK(result.diagnostics.front().key == c.key);
    CHECK(result.diagnostics.front().message == c.message);
  }
}

TEST_CASE("As many squeeze as expand filters gives a single warning") {
  const DesignResult result = design("v1.0", kImageNet, 1000, {{"SR", 1.0}});
  REQUIRE(result.architecture.has_value());
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics.front().severity == Severity::kWarning);
  CHECK(result.diagnostics.front().message ==
        "fire2 does not squeeze: it has 128 squeeze filters for 128 expand filters (the paper asks "
        "for "
        "fewer)");
}

TEST_CASE("Every preset holds a valid value for every key") {
  const Family& family = squeezenet_family();
  for (const std::string_view name : family.presets()) {
    const ParameterMap preset = family.preset(name);
    CHECK(preset.size() == family.parameters().size());
    for (const Parameter& parameter : family.parameters()) {
      CAPTURE(name, parameter.name);
      REQUIRE(preset.contains(parameter.name));
      CHECK_FALSE(check_value(parameter, preset.find(parameter.name)->second).has_value());
    }
  }
  CHECK_THROWS_AS(family.preset("v2"), std::invalid_argument);
}

TEST_CASE("Families are found by name") {
  CHECK(find_family("squeezenet") == &squeezenet_family());
  CHECK(find_family("alexnet") == nullptr);
  CHECK(family_names().front() == "squeezenet");  // the default of a sweep without `family`
}

}  // namespace firesweep::models
