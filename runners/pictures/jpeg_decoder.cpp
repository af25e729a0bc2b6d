#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <vector>

#include <fmt/format.h>
#include <jerror.h>
#include <jpeglib.h>

#include "runners/pictures/decoders.h"
#include "runners/pictures/exif.h"
#include "runners/pictures/guarded_call.h"

namespace firesweep::runners::pictures {
namespace {

// A progressive picture has some ten scans. Each costs a pass over all pixels, however few bytes it
// has.
constexpr int kMaxScans = 200;

struct JpegErrors {
  jpeg_error_mgr manager{};  // first: libjpeg knows only this
  JumpTarget target;
};

JpegErrors& errors_of(j_common_ptr jpeg) {
  return *reinterpret_cast<JpegErrors*>(jpeg->err);  // the first member
}

void fail_jpeg(j_common_ptr jpeg) {
  if (jpeg->err->msg_code == JWRN_JPEG_EOF || jpeg->err->msg_code == JERR_INPUT_EOF) {
    errors_of(jpeg).target.fail("the data ends early");
  }
  std::array<char, JMSG_LENGTH_MAX> message{};
  jpeg->err->format_message(jpeg, message.data());
  errors_of(jpeg).target.fail(message.data());
}

/// Bytes between the last pixel and the end marker: some cameras and programs write them.
bool is_padding_at_end(const jpeg_error_mgr& error) {
  return error.msg_code == JWRN_EXTRANEOUS_DATA && error.msg_parm.i[1] == JPEG_EOI;
}

/// Level -1: the data are corrupt, and libjpeg would guess.
void judge_jpeg_message(j_common_ptr jpeg, int level) {
  const int code = jpeg->err->msg_code;
  if (level < 0 && code != JWRN_ADOBE_XFORM && code != JWRN_JFIF_MAJOR &&
      !is_padding_at_end(*jpeg->err)) {
    fail_jpeg(jpeg);
  }
}

void check_jpeg_scans(j_common_ptr jpeg) {
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > kMaxScans) {
    errors_of(jpeg).target.fail("too many scans");
  }
}

class JpegDecoder {
 public:
  explicit JpegDecoder(std::span<const std::uint8_t> file) : file_(file) {
    jpeg_.err = jpeg_std_error(&errors_.manager);
    errors_.manager.error_exit = fail_jpeg;
    errors_.manager.emit_message = judge_jpeg_message;
    progress_.progress_monitor = check_jpeg_scans;
    guarded([&] {
      jpeg_create_decompress(&jpeg_);
      jpeg_.progress = &progress_;
    });
  }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder() { jpeg_destroy_decompress(&jpeg_); }

  int decode(Orientation orientation, RowConverter& rows) {
    guarded([&] {
      jpeg_mem_src(&jpeg_, file_.data(), file_.size());
      if (orientation == Orientation::kApply) {
        jpeg_save_markers(&jpeg_, JPEG_APP0 + 1, 0xFFFF);
      }
      jpeg_read_header(&jpeg_, TRUE);
    });
    const int noted = orientation == Orientation::kApply ? noted_orientation() : 1;
    const PixelKind kind = choose_colours();
    rows.start(jpeg_.image_height, jpeg_.image_width, kind);
    guarded([&] { jpeg_start_decompress(&jpeg_); });
    read_rows(
        static_cast<std::size_t>(jpeg_.output_width) * static_cast<std::size_t>(channels_of(kind)),
        rows);
    guarded([&] { jpeg_finish_decompress(&jpeg_); });  // up to the end marker
    return noted;
  }

 private:
  template <typename Call>
  void guarded(const Call& call) {
    guarded_call(errors_.target, "can't decode the JPEG data", call);
  }

  PixelKind choose_colours() {
    switch (jpeg_.num_components) {
      case 1:
        jpeg_.out_color_space = JCS_GRAYSCALE;
        return PixelKind::kGrey;
      case 3:
        jpeg_.out_color_space = JCS_RGB;
        return PixelKind::kRgb;
      case 4:
        jpeg_.out_color_space = JCS_CMYK;
        return PixelKind::kInvertedCmyk;
      default:
        throw Error(fmt::format("can't decode the JPEG data: {} channels; expected 1, 3 or 4",
                                jpeg_.num_components));
    }
  }

  void read_rows(std::size_t row_bytes, RowConverter& rows) {
    constexpr std::size_t kStrip = 16;  // rows a jump target is set for
    std::vector<std::uint8_t> strip(kStrip * row_bytes);
    std::array<JSAMPROW, kStrip> pointers{};
    for (std::size_t i = 0; i < kStrip; ++i) {
      pointers[i] = strip.data() + i * row_bytes;
    }
    while (jpeg_.output_scanline < jpeg_.output_height) {
      const JDIMENSION before = jpeg_.output_scanline;
      guarded([&] {
        JDIMENSION filled = 0;
        while (filled < kStrip && jpeg_.output_scanline < jpeg_.output_height) {
          filled += jpeg_read_scanlines(&jpeg_, pointers.data() + filled,
                                        static_cast<JDIMENSION>(kStrip) - filled);
        }
      });
      for (std::size_t i = 0; i < jpeg_.output_scanline - before; ++i) {
        rows.row({pointers[i], row_bytes});
      }
    }
  }

  int noted_orientation() const {
    constexpr std::array<std::uint8_t, 6> kPrefix{'E', 'x', 'i', 'f', 0, 0};
    for (auto marker = jpeg_.marker_list; marker != nullptr; marker = marker->next) {
      const std::span<const std::uint8_t> data(marker->data, marker->data_length);
      if (data.size() >= kPrefix.size() &&
          std::equal(kPrefix.begin(), kPrefix.end(), data.begin())) {
        return exif_orientation(data);
      }
    }
    return 1;
  }

  std::span<const std::uint8_t> file_;
  JpegErrors errors_;
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct jpeg_{};
};

}  // namespace

int decode_jpeg(std::span<const std::uint8_t> file, Orientation orientation, RowConverter& rows) {
  return JpegDecoder(file).decode(orientation, rows);
}

}  // namespace firesweep::runners::pictures
