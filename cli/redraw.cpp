#include "cli/redraw.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/printable.h"

namespace firesweep::cli {
namespace {

bool is_terminal() {
  const char* const kind = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

}  // namespace

std::string fitted_to_screen(std::string_view text, std::size_t columns, std::size_t rows) {
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  const std::size_t shown = lines <= rows ? lines : rows - 1;
  std::string fitted;
  for (std::size_t line = 0; line < shown; ++line) {
    const std::size_t end = text.find('\n');
    fitted += base::first_characters(text.substr(0, end), columns);
    fitted += '\n';
    text.remove_prefix(end + 1);
  }
  if (shown < lines) {
    const std::string more = fmt::format("... {} more lines", lines - shown);
    fitted += base::first_characters(more, columns);
    fitted += '\n';
  }
  return fitted;
}

Redraw::Redraw() : terminal_(is_terminal()) {}

void Redraw::show(std::string_view text) {
  constexpr std::size_t kUsualColumns = 80;
  constexpr std::size_t kUsualRows = 24;
  if (!terminal_) {
    replace(text);
    return;
  }
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  // The cursor is in the row below the text.
  const std::size_t rows = known && size.ws_row > 2 ? size.ws_row - 1U : kUsualRows - 1;
  const std::string fitted = fitted_to_screen(text, known ? size.ws_col : kUsualColumns, rows);
  replace(fitted);
  drawn_lines_ = static_cast<std::size_t>(std::count(fitted.begin(), fitted.end(), '\n'));
}

void Redraw::show_last(std::string_view text) {
  replace(text);
  drawn_lines_ = 0;
}

void Redraw::replace(std::string_view text) {
  if (drawn_lines_ > 0) {
    fmt::print("\x1b[{}A\r\x1b[J", drawn_lines_);
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace firesweep::cli
