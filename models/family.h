// Model families by name. LibTorch-free: the modules are built from the stages of an architecture
// (models/network.h), whatever its family.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/architecture.h"
#include "models/parameter.h"

namespace firesweep::models {

enum class Severity { kWarning, kError };

/// An error or warning about a design, before anything is trained.
struct Diagnostic {
  Severity severity = Severity::kError;
  std::string key;      // the model key to change first, e.g. "SR"
  std::string message;  // what is wrong, with the numbers
};

/// A design, or what is wrong with it. `architecture` is present unless a diagnostic is an error.
struct DesignResult {
  std::optional<Architecture> architecture;
  std::vector<Diagnostic> diagnostics;
};

/// The keys that a sweep file has.
using WrittenKeys = std::set<std::string, std::less<>>;

/// A family of models. Stateless; exists as long as the program.
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
  /// Builds the design for inputs [C, H, W]. `values` must have every key, each with a valid type
  /// and range. Invalid combinations are returned as diagnostics, never thrown.
  [[nodiscard]] virtual DesignResult design(const ParameterMap& values, const Shape& input,
                                            std::int64_t classes) const = 0;
  /// Replaces values of keys that are not in `written` by ones that suit the other values and
  /// images [C, H, W]. `values` must have every key, and preset.
  virtual void adapt(ParameterMap& values, const WrittenKeys& written, const Shape& input) const;
};

/// Registers another family while it exists, for tests. Create and destroy it while no other thread
/// looks up families.
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
