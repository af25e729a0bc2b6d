// Time to turn picture files into small pictures, on one thread: decoded and resized, from files in
// memory. Prints one JSON object with the milliseconds of processor time of every pass over all
// files.
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/atomic_file.h"
#include "runners/pictures/decode.h"

namespace {

namespace pictures = firesweep::runners::pictures;

struct Options {
  std::vector<std::string> files;
  std::int64_t size = 64;
  int passes = 5;
  bool decode_only = false;
};

/// Handles every file once; returns milliseconds of processor time. The sum of pixels keeps the
/// work from being removed.
double pass(const std::vector<std::vector<std::uint8_t>>& files, const Options& options,
            std::uint64_t& sum) {
  const pictures::Framing framing{pictures::FramingMode::kStretch, options.size, options.size,
                                  pictures::Filter::kBilinear};
  const std::clock_t start = std::clock();
  for (const std::vector<std::uint8_t>& file : files) {
    const pictures::Picture picture =
        options.decode_only ? pictures::decode(file) : pictures::decode_framed(file, {}, framing);
    sum += picture.pixels[picture.pixels.size() / 2];
  }
  return 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Times decoding and resizing of picture files on one thread");
  app.add_option("files", options.files, "JPEG, PNG, WebP or GIF files")->required();
  app.add_option("--size", options.size, "height and width of the results")->capture_default_str();
  app.add_option("--passes", options.passes, "over all files")->capture_default_str();
  app.add_flag("--decode-only", options.decode_only, "do not resize");
  CLI11_PARSE(app, argc, argv);
  std::vector<std::vector<std::uint8_t>> files;
  for (const std::string& path : options.files) {
    const std::string content = firesweep::base::read_file(path);
    files.emplace_back(content.begin(), content.end());
  }
  std::uint64_t sum = 0;
  std::vector<double> milliseconds;
  pass(files, options, sum);  // the first one meets cold caches
  for (int i = 0; i < options.passes; ++i) {
    milliseconds.push_back(pass(files, options, sum));
  }
  fmt::print("{{\"files\": {}, \"milliseconds\": [{:.3f}], \"sum\": {}}}\n", files.size(),
             fmt::join(milliseconds, ", "), sum);
}
