#include "runners/data/picture_options.h"

#include <cstddef>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "runners/data/data_source.h"

namespace firesweep::runners::data {
namespace {

/// To be raised when a picture file becomes other pixels than before.
constexpr int kDecoderVersion = 1;

const std::string& text_option(const models::ParameterMap& options, const char* key) {
  return std::get<std::string>(options.at(key));
}

const std::vector<std::int64_t>& list_option(const models::ParameterMap& options, const char* key) {
  return std::get<std::vector<std::int64_t>>(options.at(key));
}

pictures::FramingMode framing_mode(const std::string& resize) {
  return resize == "crop"      ? pictures::FramingMode::kCrop
         : resize == "stretch" ? pictures::FramingMode::kStretch
                               : pictures::FramingMode::kFit;
}

}  // namespace

PictureOptions picture_options(const sweep::DatasetSpec& spec, std::int64_t default_size) {
  const models::ParameterMap options = options_of(spec);
  const std::vector<std::int64_t> size =
      spec.options.contains("size") ? list_option(options, "size") : std::vector{default_size};
  if (size.empty() || size.size() > 2) {
    fail_at_key(spec, "size",
                fmt::format("got {} numbers; expected one number or [height, width]", size.size()));
  }
  PictureOptions result;
  result.framing = {.mode = framing_mode(text_option(options, "resize")),
                    .height = size.front(),
                    .width = size.back(),
                    .filter = text_option(options, "filter") == "bicubic"
                                  ? pictures::Filter::kBicubic
                                  : pictures::Filter::kBilinear};
  result.decode.channels = std::get<std::int64_t>(options.at("channels"));
  if (result.decode.channels != 1 && result.decode.channels != 3) {
    fail_at_key(spec, "channels",
                fmt::format("got {}; expected 3 (colour) or 1 (grey)", result.decode.channels));
  }
  const std::vector<std::int64_t>& background = list_option(options, "background");
  if (background.size() != result.decode.background.size()) {
    fail_at_key(spec, "background",
                fmt::format("got {} numbers; expected [red, green, blue]", background.size()));
  }
  for (std::size_t channel = 0; channel < background.size(); ++channel) {
    result.decode.background[channel] = static_cast<std::uint8_t>(background[channel]);
  }
  if (text_option(options, "exif") == "apply") {
    result.decode.orientation = pictures::Orientation::kApply;
  }
  return result;
}

std::string PictureOptions::identity() const {
  const pictures::Colour& colour = decode.background;
  return fmt::format("decoder {} size {}x{}x{} mode {} filter {} background {},{},{} exif {}",
                     kDecoderVersion, decode.channels, framing.height, framing.width,
                     static_cast<int>(framing.mode), static_cast<int>(framing.filter), colour[0],
                     colour[1], colour[2], static_cast<int>(decode.orientation));
}

}  // namespace firesweep::runners::data
