// The header of an .npy file: a dictionary in Python's syntax with the keys descr, fortran_order
// and shape.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firesweep::runners::data {

struct NpyHeader {
  std::string dtype;  // as written, e.g. "<i8"
  char kind = 0;      // 'b' bool, 'i' integer, 'u' unsigned, 'f' float, ...; 0: a structure
  std::int64_t item_bytes = 0;
  bool is_big_endian = false;
  bool is_fortran_order = false;  // the first index varies fastest; false if it makes no difference
  std::vector<std::int64_t> shape;

  /// Whether items are numbers of item_bytes bytes.
  [[nodiscard]] bool is_of_numbers() const {
    return std::string_view("biufc").find(kind) != std::string_view::npos;
  }
  /// "uint8", "float32"; the dtype for others.
  [[nodiscard]] std::string type_name() const;
  /// "[10, 28, 28]"
  [[nodiscard]] std::string shape_text() const;
};

/// Parses the header's text. Throws Error with a reason but no path.
[[nodiscard]] NpyHeader parse_npy_header(std::string_view text);

}  // namespace firesweep::runners::data
