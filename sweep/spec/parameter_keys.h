// All keys of `model:` and `training:`, from the tables of the model families and the training
// recipe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/parameter.h"

namespace firesweep::sweep {

enum class Section { kModel, kTraining };

[[nodiscard]] std::string_view to_string(Section section);

class ParameterKeys {
 public:
  /// The union of the keys of these families, including `family` and `preset`, and the keys of
  /// `training:`, including `recipe`. Throws
  /// std::invalid_argument for an unknown family.
  explicit ParameterKeys(const std::vector<std::string>& families);

  struct Found {
    Section section = Section::kModel;
    const models::Parameter* parameter = nullptr;  // nullptr: no such key
  };
  [[nodiscard]] Found find(std::string_view key) const;
  [[nodiscard]] const models::Parameter* find(Section section, std::string_view key) const;

  [[nodiscard]] std::vector<std::string_view> names(Section section) const;
  /// The names of both sections, model first.
  [[nodiscard]] std::vector<std::string_view> names() const;

 private:
  [[nodiscard]] std::span<const models::Parameter> table(Section section) const;

  std::vector<models::Parameter> model_;
  std::vector<models::Parameter> training_;
};

/// The key `family`, whose choices are all known families.
[[nodiscard]] models::Parameter family_parameter();

}  // namespace firesweep::sweep
