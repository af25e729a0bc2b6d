// Images of a data set as pictures for people.
#pragma once

#include <cstdint>
#include <span>

#include "models/architecture.h"
#include "runners/pictures/picture.h"

namespace firesweep::runners::run {

/// The same shape, scaled so that neither extent exceeds `max_extent` pixels.
[[nodiscard]] models::Shape shape_within(const models::Shape& shape, std::int64_t max_extent);

/// An image, planes [C, H, W] with C 1 or 3, as a picture; shrunk to shape_within().
[[nodiscard]] pictures::Picture picture_within(std::span<const std::uint8_t> planes,
                                               const models::Shape& shape, std::int64_t max_extent);

}  // namespace firesweep::runners::run
