#include "runners/pictures/decode.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "runners/pictures/decoders.h"
#include "runners/pictures/exif.h"
#include "runners/pictures/framer.h"

namespace firesweep::runners::pictures {
namespace {

bool has_at(std::span<const std::uint8_t> file, std::size_t offset, std::string_view bytes) {
  return file.size() >= offset + bytes.size() &&
         std::equal(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(offset),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

/// Feeds the rows to the sink; returns the orientation to apply.
int decode_rows(std::span<const std::uint8_t> file, const DecodeOptions& options, RowSink& sink) {
  RowConverter rows(options, sink);
  if (has_at(file, 0, "\xFF\xD8\xFF")) {
    return decode_jpeg(file, options.orientation, rows);
  }
  if (has_at(file, 0, "\x89PNG\r\n\x1A\n")) {
    return decode_png(file, options.orientation, rows);
  }
  if (has_at(file, 0, "RIFF") && has_at(file, 8, "WEBP")) {
    return decode_webp(file, options.orientation, rows);
  }
  if (has_at(file, 0, "GIF87a") || has_at(file, 0, "GIF89a")) {
    return decode_gif(file, options.orientation, rows);
  }
  throw Error(file.empty() ? "an empty file; expected a JPEG, PNG, WebP or GIF picture"
                           : "not a JPEG, PNG, WebP or GIF picture");
}

}  // namespace

Picture decode(std::span<const std::uint8_t> file, const DecodeOptions& options) {
  PictureSink sink;
  const int orientation = decode_rows(file, options, sink);
  return orientation == 1 ? std::move(sink.picture()) : upright(sink.picture(), orientation);
}

Picture decode_framed(std::span<const std::uint8_t> file, const DecodeOptions& options,
                      const Framing& framing) {
  if (options.orientation == Orientation::kApply) {
    return framed(decode(file, options), framing, options.background);
  }
  Framer framer(framing, options.background);
  decode_rows(file, options, framer);
  return framer.finish();
}

}  // namespace firesweep::runners::pictures
