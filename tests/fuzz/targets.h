// The fuzz targets: one function per reader of external bytes. A target takes any bytes and
// returns. It throws Finding where the code breaks a guarantee. Another exception, a crash, a
// sanitizer report or a timeout is a finding too.
#pragma once

#include <array>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace firesweep::fuzz {

class Finding : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

void sweep_file(std::string_view bytes);    // sweep file -> spec -> trials
void idx_file(std::string_view bytes);      // images and labels, plain and gzipped
void cache_file(std::string_view bytes);    // the header of decoded images
void epochs(std::string_view bytes);        // epochs.jsonl, attempts.jsonl
void trial_result(std::string_view bytes);  // result.json
void manifest(std::string_view bytes);      // manifest.json
void test_list(std::string_view bytes);     // the classes of test pictures
void data_summary(std::string_view bytes);  // data.json
void protocol(std::string_view bytes);      // a line with a job or an event
void jpeg_file(std::string_view bytes);     // pictures -> pixels
void png_file(std::string_view bytes);
void webp_file(std::string_view bytes);
void gif_file(std::string_view bytes);
void cifar_file(std::string_view bytes);  // records of labels and pixels
void npy_file(std::string_view bytes);    // an array: header, labels
void npz_file(std::string_view bytes);    // a zip file of arrays
void tar_file(std::string_view bytes);    // a shard of pictures and labels

struct Target {
  std::string_view name;  // of the function and of its directory in corpus/
  void (*run)(std::string_view);
};

inline constexpr std::array kTargets{
    Target{"sweep_file", sweep_file},     Target{"idx_file", idx_file},
    Target{"cache_file", cache_file},     Target{"epochs", epochs},
    Target{"trial_result", trial_result}, Target{"manifest", manifest},
    Target{"data_summary", data_summary}, Target{"protocol", protocol},
    Target{"jpeg_file", jpeg_file},       Target{"png_file", png_file},
    Target{"webp_file", webp_file},       Target{"gif_file", gif_file},
    Target{"cifar_file", cifar_file},     Target{"npy_file", npy_file},
    Target{"npz_file", npz_file},         Target{"tar_file", tar_file},
    Target{"test_list", test_list},
};

/// Throws Finding with `guarantee` unless it holds.
void require(bool holds, const char* guarantee);

/// Checks that an error is one line that a terminal can show: UTF-8, no control characters, limited
/// length.
void require_clear(std::string_view message);

/// Whether `written` agrees with `read`: every field that both have is equal.
[[nodiscard]] bool agree(const nlohmann::json& written, const nlohmann::json& read);

/// The result of `read`; std::nullopt if it rejects the input with a clear error.
template <typename Read>
auto accepted(Read read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const Error& error) {
    require_clear(error.what());
    return std::nullopt;
  }
}

}  // namespace firesweep::fuzz
