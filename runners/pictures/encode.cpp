#include "runners/pictures/encode.h"

#include <cstddef>

#include <png.h>

#include "base/error.h"
#include "runners/pictures/guarded_call.h"

namespace firesweep::runners::pictures {
namespace {

class PngEncoder {
 public:
  PngEncoder() = default;
  PngEncoder(const PngEncoder&) = delete;
  PngEncoder& operator=(const PngEncoder&) = delete;
  ~PngEncoder() { png_destroy_write_struct(&png_, &info_); }

  std::string encode(const Picture& picture) {
    const std::size_t row_bytes = static_cast<std::size_t>(picture.width * picture.channels);
    guarded_call(target_, "can't encode a PNG", [&] {
      png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, &target_, fail, ignore);
      info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
      if (info_ == nullptr) {
        target_.fail("out of memory");
      }
      png_set_write_fn(png_, this, write, flush);
      png_set_IHDR(png_, info_, static_cast<png_uint_32>(picture.width),
                   static_cast<png_uint_32>(picture.height), 8,
                   picture.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                   PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
      png_write_info(png_, info_);
      for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) {
        png_write_row(png_, picture.pixels.data() + y * row_bytes);
      }
      png_write_end(png_, nullptr);
    });
    return std::move(file_);
  }

 private:
  static void fail(png_structp png, png_const_charp message) {
    static_cast<JumpTarget*>(png_get_error_ptr(png))->fail(message);
  }
  static void ignore(png_structp /*png*/, png_const_charp /*message*/) {}
  static void write(png_structp png, png_bytep data, std::size_t size) {
    static_cast<PngEncoder*>(png_get_io_ptr(png))->file_.append(data, data + size);
  }
  static void flush(png_structp /*png*/) {}

  JumpTarget target_;
  std::string file_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace

std::string encode_png(const Picture& picture) {
  check_size(picture.height, picture.width);
  return PngEncoder().encode(picture);
}

}  // namespace firesweep::runners::pictures
