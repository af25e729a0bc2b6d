// Model families by name: the one place where a new family is entered. LibTorch-free; the modules
// are built from the stages of its architecture (models/network.h), whatever the family.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/architecture.h"
#include "models/parameter.h"

namespace firesweep::models {

enum class Severity { kWarning, kError };

/// Something to say about a design before anything is trained.
struct Diagnostic {
  Severity severity = Severity::kError;
  std::string key;      // the model key it is best mended at, e.g. "SR"
  std::string message;  // what is wrong, with the numbers
};

/// A design, or what is wrong with it. `architecture` is there unless a diagnostic is an error.
struct DesignResult {
  std::optional<Architecture> architecture;
  std::vector<Diagnostic> diagnostics;
};

/// One family of models. Stateless; lives as long as the program.
class Family {
 public:
  virtual ~Family() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Every key of `model:` besides `family` and `preset`.
  [[nodiscard]] virtual std::span<const Parameter> parameters() const = 0;
  [[nodiscard]] virtual std::vector<std::string_view> presets() const = 0;
  [[nodiscard]] virtual std::string_view default_preset() const = 0;
  /// A value for every key. `preset` must be one of presets(), else std::invalid_argument.
  [[nodiscard]] virtual ParameterMap preset(std::string_view preset) const = 0;
  /// Builds the design for inputs [C, H, W]. `values` must hold every key, each of its type and in
  /// its range; what only shows in combination comes back as diagnostics, never as an exception.
  [[nodiscard]] virtual DesignResult design(const ParameterMap& values, const Shape& input,
                                            std::int64_t classes) const = 0;
};

/// A further family while it lives, for tests: known by its name like those of the program. Made
/// and ended while no other thread looks for families.
class ScopedFamily {
 public:
  /// `family` must outlive it. Throws std::invalid_argument if the name is taken.
  explicit ScopedFamily(const Family& family);
  ScopedFamily(const ScopedFamily&) = delete;
  ScopedFamily& operator=(const ScopedFamily&) = delete;
  ~ScopedFamily();

 private:
  const Family* family_;
};

/// Null if there is no such family.
[[nodiscard]] const Family* find_family(std::string_view name);
[[nodiscard]] std::vector<std::string_view> family_names();

}  // namespace firesweep::models
