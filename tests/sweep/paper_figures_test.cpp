// The counts in the SqueezeNet paper, from the sweep files of its studies.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

Expansion study(const std::string& name) {
  return expand(load_sweep_spec(std::string(FIRESWEEP_SOURCE_DIR) + "/configs/" + name),
                kImageNetShape);
}

std::vector<std::string> mebibytes(const Expansion& expansion) {
  std::vector<std::string> sizes;
  for (const Point& point : expansion.points) {
    sizes.push_back(fmt::format("{:.2f}", models::mebibytes(point.complexity.weight_bytes)));
  }
  return sizes;
}

using Texts = std::vector<std::string>;
using Layers = std::vector<std::pair<std::string, std::int64_t>>;

Layers layers_with_parameters(const Point& point) {
  Layers layers;
  for (const models::LayerComplexity& layer : point.complexity.layers) {
    if (layer.parameters > 0) {
      layers.emplace_back(layer.name, layer.parameters);
    }
  }
  return layers;
}

}  // namespace

TEST_CASE("The squeeze-ratio study has the sizes of figure 3") {
  CHECK(mebibytes(study("squeeze_ratio.yaml")) == Texts{"4.76", "7.50", "12.99", "18.47", "23.95"});
}

TEST_CASE("The 3x3-filter study has the sizes of figure 3") {
  CHECK(mebibytes(study("pct_3x3.yaml")) ==
        Texts{"5.64", "7.36", "9.24", "11.11", "12.99", "14.86", "16.74", "18.61", "20.33"});
}

TEST_CASE("The bypass study has the parameters of the definition") {
  const Expansion expansion = study("imagenet_bypass.yaml");
  REQUIRE(expansion.points.size() == 3);
  CHECK(expansion.points[0].complexity.parameters == 1248424);
  CHECK(expansion.points[1].complexity.parameters == 1248424);
  CHECK(expansion.points[2].complexity.parameters == 1589672);
  CHECK(expansion.trials.size() == 15);
}

TEST_CASE("The layers of the published networks have the known parameters") {
  const Expansion expansion = study("imagenet.yaml");
  REQUIRE(expansion.points.size() == 6);
  CHECK(layers_with_parameters(expansion.points[0]) == Layers{{"conv1", 14208},
                                                              {"fire2", 11920},
                                                              {"fire3", 12432},
                                                              {"fire4", 45344},
                                                              {"fire5", 49440},
                                                              {"fire6", 104880},
                                                              {"fire7", 111024},
                                                              {"fire8", 188992},
                                                              {"fire9", 197184},
                                                              {"conv10", 513000}});
  CHECK(expansion.points[0].complexity.parameters == 1248424);
  CHECK(expansion.points[3].complexity.parameters == 1235496);
}

}  // namespace firesweep::sweep
