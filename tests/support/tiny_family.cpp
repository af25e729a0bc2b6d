#include "tests/support/tiny_family.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace firesweep::tests {
namespace {

using namespace models;

const std::vector<Parameter>& parameter_table() {
  static const std::vector<Parameter> kTable = {
      {"width", ParameterType::kInteger, 1, 1024, {}, "filters of both convolutions"},
      {"first_dropout", ParameterType::kNumber, 0.0, 0.99, {}, "probability after conv1"},
      {"second_dropout", ParameterType::kNumber, 0.0, 0.99, {}, "probability after conv2"},
  };
  return kTable;
}

class TinyFamily final : public Family {
 public:
  [[nodiscard]] std::string_view name() const override { return "tiny"; }
  [[nodiscard]] std::span<const Parameter> parameters() const override { return parameter_table(); }
  [[nodiscard]] std::vector<std::string_view> presets() const override { return {"plain"}; }
  [[nodiscard]] std::string_view default_preset() const override { return "plain"; }

  [[nodiscard]] ParameterMap preset(std::string_view preset) const override {
    if (preset != "plain") {
      throw std::invalid_argument("no preset '" + std::string(preset) + "'");
    }
    return {{"width", std::int64_t{16}}, {"first_dropout", 0.5}, {"second_dropout", 0.5}};
  }

  [[nodiscard]] DesignResult design(const ParameterMap& values, const Shape& input,
                                    std::int64_t classes) const override {
    if (input.height != input.width) {
      return {{}, {{Severity::kError, "width", "images must be square"}}};
    }
    const std::int64_t width = get_integer(values, "width");
    Architecture made{.family = std::string(name()),
                      .input = input,
                      .classes = classes,
                      .initialization = {},
                      .stages = {}};
    const auto add = [&made](std::string name, Operation operation, Shape output) {
      const Shape before = made.stages.empty() ? made.input : made.stages.back().output;
      made.stages.push_back({std::move(name), operation, before, output});
    };
    const Shape wide{width, input.height, input.width};
    const Shape one{width, 1, 1};
    add("conv1", Convolution{input.channels, width, 3, 1, 1, true, false}, wide);
    add("dropout1", Dropout{get_number(values, "first_dropout")}, wide);
    add("conv2", Convolution{width, width, input.height, 1, 0, true, false}, one);
    add("dropout2", Dropout{get_number(values, "second_dropout")}, one);
    add("linear", Convolution{width, classes, 1, 1, 0, false, false}, {classes, 1, 1});
    add("pool", GlobalAveragePool{}, {classes, 1, 1});
    return {std::move(made), {}};
  }
};

}  // namespace

const models::Family& tiny_family() {
  static const TinyFamily kFamily;
  return kFamily;
}

}  // namespace firesweep::tests
