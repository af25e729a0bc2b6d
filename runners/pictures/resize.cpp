#include "runners/pictures/resize.h"

#include <fmt/format.h>

#include "base/error.h"
#include "runners/pictures/resampler.h"

namespace firesweep::runners::pictures {

Picture resized(const Picture& picture, std::int64_t height, std::int64_t width, Filter filter) {
  return resized(picture, height, width, filter,
                 {0, 0, static_cast<float>(picture.width), static_cast<float>(picture.height)});
}

Picture resized(const Picture& picture, std::int64_t height, std::int64_t width, Filter filter,
                const Box& box) {
  check_size(picture.height, picture.width);
  check_size(height, width);
  // Written so that NaN is rejected.
  if (!(box.left >= 0 && box.top >= 0 && box.left < box.right && box.top < box.bottom &&
        box.right <= static_cast<float>(picture.width) &&
        box.bottom <= static_cast<float>(picture.height))) {
    throw Error(fmt::format("box {} {} {} {} (left, top, right, bottom); expected a part of {}x{}",
                            box.left, box.top, box.right, box.bottom, picture.width,
                            picture.height));
  }
  return resampled(picture, {height, width, {0, height}, {0, width}, box, filter});
}

}  // namespace firesweep::runners::pictures
