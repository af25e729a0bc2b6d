#include "runners/run/image_picture.h"

#include <algorithm>
#include <cstddef>

#include "runners/pictures/framing.h"

namespace firesweep::runners::run {

models::Shape shape_within(const models::Shape& shape, std::int64_t max_extent) {
  const std::int64_t longer = std::max(shape.height, shape.width);
  if (longer <= max_extent) {
    return shape;
  }
  const auto scaled = [&](std::int64_t extent) {
    return std::max<std::int64_t>(1, extent * max_extent / longer);
  };
  return {shape.channels, scaled(shape.height), scaled(shape.width)};
}

pictures::Picture picture_within(std::span<const std::uint8_t> planes, const models::Shape& shape,
                                 std::int64_t max_extent) {
  pictures::Picture picture{shape.height, shape.width, shape.channels, {}};
  picture.pixels.resize(planes.size());
  const auto area = static_cast<std::size_t>(shape.height * shape.width);
  const auto channels = static_cast<std::size_t>(shape.channels);
  for (std::size_t i = 0; i < planes.size(); ++i) {
    picture.pixels[i % area * channels + i / area] = planes[i];
  }
  const models::Shape within = shape_within(shape, max_extent);
  return within == shape ? picture
                         : pictures::framed(picture, {.mode = pictures::FramingMode::kStretch,
                                                      .height = within.height,
                                                      .width = within.width});
}

}  // namespace firesweep::runners::run
