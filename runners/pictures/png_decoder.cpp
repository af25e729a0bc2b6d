#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include <png.h>

#include "runners/pictures/decoders.h"
#include "runners/pictures/exif.h"
#include "runners/pictures/guarded_call.h"

namespace firesweep::runners::pictures {
namespace {

// Chunks that change no pixel here: not parsed, only their checksums are verified.
constexpr png_byte kSkippedChunks[] =
    "bKGD\0cHRM\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0sTER\0tEXt\0tIME"
    "\0"
    "zTXt";
constexpr int kSkippedCount = sizeof(kSkippedChunks) / 5;

struct PngInput {
  std::span<const std::uint8_t> rest;
  JumpTarget target;
};

void fail_png(png_structp png, png_const_charp message) {
  static_cast<PngInput*>(png_get_error_ptr(png))->target.fail(message);
}

/// Warnings are of chunks that change no pixel. But libpng takes the memory that a chunk declares
/// before it reads the chunk.
void judge_png_warning(png_structp png, png_const_charp message) {
  if (std::string_view(message).find("chunk data is too large") != std::string_view::npos) {
    fail_png(png, message);
  }
}

void read_png_bytes(png_structp png, png_bytep out, std::size_t size) {
  auto& input = *static_cast<PngInput*>(png_get_io_ptr(png));
  if (input.rest.size() < size) {
    input.target.fail("the data ends early");
  }
  std::copy_n(input.rest.begin(), size, out);
  input.rest = input.rest.subspan(size);
}

class PngDecoder {
 public:
  explicit PngDecoder(std::span<const std::uint8_t> file) { input_.rest = file; }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }

  int decode(Orientation orientation, RowConverter& rows) {
    int passes = 1;
    guarded([&] {
      png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &input_, fail_png, judge_png_warning);
      info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
      if (info_ == nullptr) {
        input_.target.fail("out of memory");
      }
      png_set_read_fn(png_, &input_, read_png_bytes);
      png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // RowConverter checks the size
      png_set_chunk_malloc_max(png_, input_.rest.size());
      png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, kSkippedChunks, kSkippedCount);
      png_read_info(png_, info_);
      complete_palette();
      png_set_expand(png_);  // palettes, less than 8 bits, transparent colours
      png_set_strip_16(png_);
      passes = png_set_interlace_handling(png_);
    });
    rows.check(png_get_image_height(png_, info_), png_get_image_width(png_, info_));
    guarded([&] { png_read_update_info(png_, info_); });
    rows.start(png_get_image_height(png_, info_), png_get_image_width(png_, info_), kind());
    if (passes == 1) {
      read_rows(rows);
    } else {
      read_interlaced(rows);
    }
    guarded([&] { png_read_end(png_, info_); });
    return orientation == Orientation::kApply ? noted_orientation() : 1;
  }

 private:
  template <typename Call>
  void guarded(const Call& call) {
    guarded_call(input_.target, "can't decode the PNG data", call);
  }

  /// Colours that a short palette lacks are greys, as in Pillow. Part of a guarded call.
  void complete_palette() {
    png_colorp palette = nullptr;
    int count = 0;
    if (png_get_color_type(png_, info_) != PNG_COLOR_TYPE_PALETTE ||
        png_get_PLTE(png_, info_, &palette, &count) == 0) {
      return;
    }
    std::array<png_color, PNG_MAX_PALETTE_LENGTH> whole{};
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const auto grey = static_cast<png_byte>(i);
      whole[i] = i < static_cast<std::size_t>(count) ? palette[i] : png_color{grey, grey, grey};
    }
    png_set_PLTE(png_, info_, whole.data(), 1 << png_get_bit_depth(png_, info_));
  }

  PixelKind kind() const {
    constexpr std::array kKinds{PixelKind::kGrey, PixelKind::kGreyAlpha, PixelKind::kRgb,
                                PixelKind::kRgba};
    return kKinds.at(png_get_channels(png_, info_) - 1U);
  }

  void read_rows(RowConverter& rows) {
    std::vector<std::uint8_t> row(png_get_rowbytes(png_, info_));
    const png_uint_32 height = png_get_image_height(png_, info_);
    for (png_uint_32 y = 0; y < height; ++y) {
      guarded([&] { png_read_row(png_, row.data(), nullptr); });
      rows.row(row);
    }
  }

  void read_interlaced(RowConverter& rows) {
    const std::size_t row_bytes = png_get_rowbytes(png_, info_);
    const std::size_t height = png_get_image_height(png_, info_);
    std::vector<std::uint8_t> pixels(row_bytes * height);
    std::vector<png_bytep> pointers(height);
    for (std::size_t y = 0; y < height; ++y) {
      pointers[y] = pixels.data() + y * row_bytes;
    }
    guarded([&] { png_read_image(png_, pointers.data()); });
    for (const png_bytep row : pointers) {
      rows.row({row, row_bytes});
    }
  }

  int noted_orientation() {
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    if (png_get_eXIf_1(png_, info_, &size, &exif) == 0) {
      return 1;
    }
    return exif_orientation({exif, size});
  }

  PngInput input_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace

int decode_png(std::span<const std::uint8_t> file, Orientation orientation, RowConverter& rows) {
  return PngDecoder(file).decode(orientation, rows);
}

}  // namespace firesweep::runners::pictures
