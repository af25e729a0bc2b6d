// Pictures to files in memory.
#pragma once

#include <string>

#include "runners/pictures/picture.h"

namespace firesweep::runners::pictures {

/// A PNG file: grey or RGB, 8 bits. Throws Error if the picture is empty or too large.
[[nodiscard]] std::string encode_png(const Picture& picture);

}  // namespace firesweep::runners::pictures
