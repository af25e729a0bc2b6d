#include <cstddef>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include "base/error.h"
#include "runners/pictures/decoders.h"
#include "runners/pictures/exif.h"

namespace firesweep::runners::pictures {
namespace {

struct DeleteDemuxer {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
struct DeleteAnimation {
  void operator()(WebPAnimDecoder* decoder) const { WebPAnimDecoderDelete(decoder); }
};

[[noreturn]] void fail_webp(VP8StatusCode status) {
  const char* reason = "the data are corrupt";
  if (status == VP8_STATUS_NOT_ENOUGH_DATA || status == VP8_STATUS_SUSPENDED) {
    reason = "the data ends early";
  } else if (status == VP8_STATUS_UNSUPPORTED_FEATURE) {
    reason = "a feature that libwebp does not know";
  } else if (status == VP8_STATUS_OUT_OF_MEMORY) {
    reason = "out of memory";
  }
  throw Error(fmt::format("can't decode the WebP data: {}", reason));
}

/// The first frame on its canvas: [height, width, 4].
void decode_animation(const WebPData& data, const WebPBitstreamFeatures& features,
                      RowConverter& rows) {
  WebPAnimDecoderOptions options{};
  WebPAnimDecoderOptionsInit(&options);
  options.color_mode = MODE_RGBA;
  const std::unique_ptr<WebPAnimDecoder, DeleteAnimation> decoder(
      WebPAnimDecoderNew(&data, &options));
  WebPAnimInfo info{};
  std::uint8_t* pixels = nullptr;
  int time_stamp = 0;
  if (decoder == nullptr || WebPAnimDecoderGetInfo(decoder.get(), &info) == 0 ||
      WebPAnimDecoderGetNext(decoder.get(), &pixels, &time_stamp) == 0) {
    throw Error("can't decode the WebP data: the animation is truncated or corrupt");
  }
  rows.start(info.canvas_height, info.canvas_width, PixelKind::kRgba);
  const std::size_t row_bytes = std::size_t{4} * info.canvas_width;
  for (std::size_t y = 0; y < info.canvas_height; ++y) {
    const std::span<std::uint8_t> row(pixels + y * row_bytes, row_bytes);
    if (features.has_alpha == 0) {
      for (std::size_t x = 3; x < row_bytes; x += 4) {
        row[x] = 255;
      }
    }
    rows.row(row);
  }
}

void decode_still(std::span<const std::uint8_t> file, const WebPBitstreamFeatures& features,
                  RowConverter& rows) {
  const PixelKind kind = features.has_alpha != 0 ? PixelKind::kRgba : PixelKind::kRgb;
  const auto row_bytes =
      static_cast<std::size_t>(features.width) * static_cast<std::size_t>(channels_of(kind));
  rows.start(features.height, features.width, kind);
  std::vector<std::uint8_t> pixels(row_bytes * static_cast<std::size_t>(features.height));
  WebPDecoderConfig config{};
  WebPInitDecoderConfig(&config);
  config.output.colorspace = kind == PixelKind::kRgba ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {pixels.data(), static_cast<int>(row_bytes), pixels.size()};
  const VP8StatusCode status = WebPDecode(file.data(), file.size(), &config);
  WebPFreeDecBuffer(&config.output);
  if (status != VP8_STATUS_OK) {
    fail_webp(status);
  }
  for (std::size_t y = 0; y < static_cast<std::size_t>(features.height); ++y) {
    rows.row({pixels.data() + y * row_bytes, row_bytes});
  }
}

int noted_orientation(const WebPData& data) {
  const std::unique_ptr<WebPDemuxer, DeleteDemuxer> demuxer(WebPDemux(&data));
  WebPChunkIterator chunk{};
  int orientation = 1;
  if (demuxer != nullptr && WebPDemuxGetChunk(demuxer.get(), "EXIF", 1, &chunk) != 0) {
    orientation = exif_orientation({chunk.chunk.bytes, chunk.chunk.size});
    WebPDemuxReleaseChunkIterator(&chunk);
  }
  return orientation;
}

}  // namespace

int decode_webp(std::span<const std::uint8_t> file, Orientation orientation, RowConverter& rows) {
  WebPBitstreamFeatures features{};
  const VP8StatusCode status = WebPGetFeatures(file.data(), file.size(), &features);
  if (status != VP8_STATUS_OK) {
    fail_webp(status);
  }
  rows.check(features.height, features.width);
  const WebPData data{file.data(), file.size()};
  if (features.has_animation != 0) {
    decode_animation(data, features, rows);
  } else {
    decode_still(file, features, rows);
  }
  return orientation == Orientation::kApply ? noted_orientation(data) : 1;
}

}  // namespace firesweep::runners::pictures
