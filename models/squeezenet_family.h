// SqueezeNet (arXiv 1602.07360): metaparameters of section 5, bypass of section 6.
#pragma once

#include <cstdint>
#include <vector>

#include "models/families.h"
#include "models/family.h"

namespace firesweep::models {

/// The metaparameters of section 5.1: module i (from 0; fire2 is i = 0) has
///   e_i = base_e + incr_e * floor(i / freq)
///   e_3x3 = round(pct_3x3 * e_i), e_1x1 = e_i - e_3x3, s_1x1 = round(SR * e_i),
/// where round rounds halves away from zero, as everywhere in this project.
struct FireMetaparameters {
  std::int64_t base_e = 128;
  std::int64_t incr_e = 128;
  double pct_3x3 = 0.5;
  std::int64_t freq = 2;
  double SR = 0.125;
};

struct FireWidths {
  std::int64_t squeeze = 0;
  std::int64_t expand1x1 = 0;
  std::int64_t expand3x3 = 0;
};

/// Filters of module `index`, from 0.
[[nodiscard]] FireWidths fire_widths(const FireMetaparameters& metaparameters, std::int64_t index);

}  // namespace firesweep::models
