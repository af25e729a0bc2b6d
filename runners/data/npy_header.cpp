#include "runners/data/npy_header.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/printable.h"

namespace firesweep::runners::data {
namespace {

constexpr std::int64_t kMaxExtent = std::int64_t{1} << 40;
constexpr std::size_t kMaxDimensions = 32;  // NumPy's limit

class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : text_(text) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      take_value(key);
      if (!accept(',') && peek() != '}') {
        fail("',' or '}'");
      }
    }
    skip_space();
    if (at_ != text_.size()) {
      fail("nothing after the dictionary");
    }
    if (keys_.size() != 3) {
      throw Error(fmt::format("keys of the header; got {}; expected descr, fortran_order, shape",
                              fmt::join(keys_, ", ")));
    }
    return std::move(header_);
  }

 private:
  void take_value(std::string_view key) {
    if (std::ranges::find(keys_, key) != keys_.end()) {
      throw Error(fmt::format("the header has the key '{}' twice", base::shortened(key)));
    }
    keys_.push_back(key);
    if (key == "descr") {
      take_type();
    } else if (key == "fortran_order") {
      header_.is_fortran_order = boolean();
    } else if (key == "shape") {
      take_shape();
    } else {
      throw Error(fmt::format("key of the header; got '{}'; expected descr, fortran_order, shape",
                              base::shortened(key)));
    }
  }

  void take_type() {
    if (peek() == '[') {
      throw Error("an array of structures; expected one of numbers");
    }
    const std::string_view dtype = quoted();
    header_.dtype = base::shortened(dtype);
    std::string_view rest = dtype;
    if (!rest.empty() && std::string_view("<>|=").find(rest[0]) != std::string_view::npos) {
      header_.is_big_endian = rest[0] == '>';
      rest.remove_prefix(1);
    }
    if (rest.empty()) {
      return;  // an unknown kind
    }
    const char* const end = rest.data() + rest.size();
    std::int64_t bytes = 0;
    const auto [stop, code] = std::from_chars(rest.data() + 1, end, bytes);
    if (code == std::errc() && stop == end && bytes > 0) {
      header_.kind = rest[0];
      header_.item_bytes = bytes;
    }
  }

  void take_shape() {
    expect('(');
    while (!accept(')')) {
      header_.shape.push_back(extent());
      if (header_.shape.size() > kMaxDimensions) {
        fail("at most 32 dimensions");
      }
      if (!accept(',') && peek() != ')') {
        fail("',' or ')'");
      }
    }
  }

  std::int64_t extent() {
    skip_space();
    const std::string_view rest = text_.substr(at_);
    std::int64_t number = 0;
    const auto [stop, code] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (code != std::errc() || number < 0 || number > kMaxExtent) {
      fail("the extents of an array");
    }
    at_ += static_cast<std::size_t>(stop - rest.data());
    (void)accept('L');  // of Python 2
    return number;
  }

  bool boolean() {
    skip_space();
    for (const auto& [word, value] :
         {std::pair{std::string_view("True"), true}, std::pair{std::string_view("False"), false}}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return value;
      }
    }
    fail("True or False");
  }

  std::string_view quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') {
      fail("a string in quotes");
    }
    ++at_;
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) {
      fail("the end of a string");
    }
    const std::string_view content = text_.substr(at_, end - at_);
    at_ = end + 1;
    return content;
  }

  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\n").find(text_[at_]) != text_.npos) {
      ++at_;
    }
  }

  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool accept(char wanted) {
    if (peek() != wanted || at_ == text_.size()) {
      return false;
    }
    ++at_;
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) {
      fail(fmt::format("'{}'", wanted));
    }
  }

  [[noreturn]] void fail(std::string_view expected) const {
    throw Error(fmt::format("character {} of the header; got '{}'; expected {}", at_,
                            base::shortened(text_.substr(at_)), expected));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string_view> keys_;
  NpyHeader header_;
};

}  // namespace

std::string NpyHeader::type_name() const {
  switch (kind) {
    case 'b':
      return "bool";
    case 'i':
      return fmt::format("int{}", 8 * item_bytes);
    case 'u':
      return fmt::format("uint{}", 8 * item_bytes);
    case 'f':
      return fmt::format("float{}", 8 * item_bytes);
    case 'c':
      return fmt::format("complex{}", 8 * item_bytes);
    default:
      return fmt::format("'{}'", dtype);
  }
}

std::string NpyHeader::shape_text() const {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

NpyHeader parse_npy_header(std::string_view text) {
  NpyHeader header = HeaderParser(text).parse();
  const auto is_long = [](std::int64_t extent) { return extent != 1; };
  if (std::ranges::count_if(header.shape, is_long) < 2) {
    header.is_fortran_order = false;
  }
  return header;
}

}  // namespace firesweep::runners::data
