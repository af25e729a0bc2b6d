// The model families of the program. A new family is a source of its own, and its declaration and
// entry here.
#pragma once

#include <array>

namespace firesweep::models {

class Family;

[[nodiscard]] const Family& squeezenet_family();

/// The first one is the default of `model: family`.
inline constexpr std::array kFamilies{&squeezenet_family};

}  // namespace firesweep::models
