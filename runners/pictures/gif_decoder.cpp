#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <gif_lib.h>

#include "base/error.h"
#include "runners/pictures/decoders.h"

namespace firesweep::runners::pictures {
namespace {

struct CloseGif {
  void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};

/// The bytes that giflib has not read yet.
struct GifInput {
  std::span<const std::uint8_t> rest;
  bool ended = false;
};

int read_gif_bytes(GifFileType* gif, GifByteType* out, int size) {
  auto& input = *static_cast<GifInput*>(gif->UserData);
  const std::size_t count = std::min(input.rest.size(), static_cast<std::size_t>(size));
  std::copy_n(input.rest.begin(), count, out);
  input.rest = input.rest.subspan(count);
  input.ended = input.ended || count < static_cast<std::size_t>(size);
  return static_cast<int>(count);
}

/// The first frame on its canvas, as indices of a palette.
struct Frame {
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<std::uint8_t> indices;  // [height, width]
  std::array<Colour, 256> palette{};
  std::optional<std::uint8_t> transparent;
};

class GifDecoder {
 public:
  explicit GifDecoder(std::span<const std::uint8_t> file) : input_{file} {
    int error = 0;
    gif_.reset(DGifOpen(&input_, read_gif_bytes, &error));
    if (gif_ == nullptr) {
      fail(error);
    }
  }

  Frame first_frame(const RowConverter& rows) {
    for (GifRecordType record = UNDEFINED_RECORD_TYPE; record != IMAGE_DESC_RECORD_TYPE;) {
      check(DGifGetRecordType(gif_.get(), &record));
      if (record == EXTENSION_RECORD_TYPE) {
        read_extension();
      } else if (record == TERMINATE_RECORD_TYPE) {
        throw Error("can't decode the GIF data: there is no frame");
      }
    }
    check(DGifGetImageDesc(gif_.get()));
    const GifImageDesc& place = gif_->Image;
    if (place.Height < 1 || place.Width < 1) {
      throw Error("can't decode the GIF data: the frame is empty");
    }
    Frame frame;
    frame.transparent = transparent_;
    // Frames may be larger than the canvas they declare.
    frame.height = extent(gif_->SHeight, place.Top, place.Height);
    frame.width = extent(gif_->SWidth, place.Left, place.Width);
    rows.check(static_cast<std::int64_t>(frame.height), static_cast<std::int64_t>(frame.width));
    fill_palette(frame);
    read_lines(frame);
    return frame;
  }

 private:
  [[noreturn]] void fail(int error) const {
    const char* reason = GifErrorString(error);
    throw Error(fmt::format("can't decode the GIF data: {}", input_.ended ? "the data ends early"
                                                             : reason != nullptr
                                                                 ? reason
                                                                 : "the data are corrupt"));
  }

  void check(int status) const {
    if (status == GIF_ERROR) {
      fail(gif_->Error);
    }
  }

  static std::size_t extent(GifWord canvas, GifWord offset, GifWord size) {
    return static_cast<std::size_t>(std::max(canvas, offset + size));
  }

  void read_extension() {
    int code = 0;
    GifByteType* block = nullptr;
    check(DGifGetExtension(gif_.get(), &code, &block));
    while (block != nullptr) {
      GraphicsControlBlock control{};
      if (code == GRAPHICS_EXT_FUNC_CODE &&
          DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
        transparent_.reset();
        if (control.TransparentColor != NO_TRANSPARENT_COLOR) {
          transparent_ = static_cast<std::uint8_t>(control.TransparentColor);
        }
      }
      check(DGifGetExtensionNext(gif_.get(), &block));
    }
  }

  void fill_palette(Frame& frame) const {
    const ColorMapObject* map =
        gif_->Image.ColorMap != nullptr ? gif_->Image.ColorMap : gif_->SColorMap;
    for (std::size_t i = 0; i < frame.palette.size(); ++i) {  // greys, as in Pillow
      frame.palette[i].fill(static_cast<std::uint8_t>(i));
    }
    if (map == nullptr) {
      return;
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(map->ColorCount); ++i) {
      const GifColorType& colour = map->Colors[i];
      frame.palette.at(i) = {colour.Red, colour.Green, colour.Blue};
    }
  }

  void read_lines(Frame& frame) {
    struct Pass {
      std::size_t first;
      std::size_t step;
    };
    constexpr std::array<Pass, 4> kInterlaced{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    constexpr std::array<Pass, 1> kPlain{{{0, 1}}};
    const GifImageDesc& place = gif_->Image;
    frame.indices.assign(frame.height * frame.width, frame.transparent.value_or(0));
    const auto top = static_cast<std::size_t>(place.Top);
    const auto left = static_cast<std::size_t>(place.Left);
    const auto passes =
        place.Interlace ? std::span<const Pass>(kInterlaced) : std::span<const Pass>(kPlain);
    for (const Pass& pass : passes) {
      for (std::size_t y = pass.first; y < static_cast<std::size_t>(place.Height); y += pass.step) {
        check(DGifGetLine(gif_.get(), frame.indices.data() + (top + y) * frame.width + left,
                          place.Width));
      }
    }
  }

  GifInput input_;
  std::unique_ptr<GifFileType, CloseGif> gif_;
  std::optional<std::uint8_t> transparent_;
};

}  // namespace

int decode_gif(std::span<const std::uint8_t> file, Orientation /*none in GIFs*/,
               RowConverter& rows) {
  const Frame frame = GifDecoder(file).first_frame(rows);
  rows.start(static_cast<std::int64_t>(frame.height), static_cast<std::int64_t>(frame.width),
             PixelKind::kRgba);
  std::vector<std::uint8_t> row(4 * frame.width);
  for (std::size_t y = 0; y < frame.height; ++y) {
    for (std::size_t x = 0; x < frame.width; ++x) {
      const std::uint8_t index = frame.indices[y * frame.width + x];
      std::copy_n(frame.palette[index].begin(), 3,
                  row.begin() + static_cast<std::ptrdiff_t>(4 * x));
      row[4 * x + 3] = frame.transparent == index ? 0 : 255;
    }
    rows.row(row);
  }
  return 1;
}

}  // namespace firesweep::runners::pictures
