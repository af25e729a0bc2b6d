// A folder of pictures from the first look to the report, as a user has it.

#include <array>
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "runners/pictures/decode.h"
#include "runners/pictures/encode.h"
#include "tests/integration/program.h"

namespace firesweep::integration {
namespace {

namespace fs = std::filesystem;
namespace pictures = runners::pictures;

/// Red or blue pictures of different sizes and shades, three of each series.
void write_pictures(const fs::path& root) {
  for (const auto& [kind, channel] : {std::pair{"berries", 0}, std::pair{"skies", 2}}) {
    fs::create_directories(root / kind);
    for (int i = 0; i < 60; ++i) {
      pictures::Picture picture{20 + i % 7, 24 + i % 5, 3, {}};
      picture.pixels.assign(static_cast<std::size_t>(picture.height * picture.width * 3),
                            static_cast<std::uint8_t>(20 + i));
      for (std::size_t p = static_cast<std::size_t>(channel); p < picture.pixels.size(); p += 3) {
        picture.pixels[p] = static_cast<std::uint8_t>(150 + i);
      }
      base::write_file_atomically(root / kind / fmt::format("s{}_{}.png", i / 3, i % 3),
                                  pictures::encode_png(picture));
    }
  }
}

const std::string kSweep =
    "name: own\n"
    "dataset: {name: folder, root: photos, size: 16, group_by: '^(.+)_'}\n"
    "model: {base_e: 8, incr_e: 8, conv1_filters: 8, fire_modules: 6, dropout: 0, "
    "final_relu: false, batch_norm: false, weight_init: kaiming}\n"
    "training: {epochs: 12, batch_size: 8, learning_rate: 0.03, warmup_steps: 10, "
    "gradient_clip_norm: 1, adaptive_clip: 0, horizontal_flip: true}\n"
    "grid: {SR: [0.5], seed: [1, 2]}\n";

TEST_CASE("A folder of pictures becomes a report") {
  const Workplace place;
  write_pictures(place.path() / "photos");
  place.write("own.yaml", kSweep);

  const Outcome looked = place.firesweep({"data", "own.yaml", "--contact-sheet", "sheet.png"});
  CAPTURE(looked.errors);
  CHECK(looked.exit_code == 0);
  CHECK_THAT(looked.output, Catch::Contains("120 images of 3x16x16 (channels x height x width) in "
                                            "2 classes"));
  CHECK_THAT(looked.output, Catch::Contains("berries") && Catch::Contains("together"));
  const std::string sheet = place.read("sheet.png");
  const pictures::Picture drawn =
      pictures::decode({reinterpret_cast<const std::uint8_t*>(sheet.data()), sheet.size()});
  CHECK(drawn.width == 4 + 9 * 20);
  CHECK(drawn.height == 4 + 2 * 20);

  const Outcome grey = place.firesweep({"data", "own.yaml", "--set", "dataset.channels=1", "--set",
                                        "saturation=0.5", "--contact-sheet", "grey.png"});
  CHECK(grey.exit_code == 2);
  CHECK_THAT(grey.errors, Catch::Contains("saturation is 0.5 for images with 1 channel (grey)"));
  CHECK_FALSE(fs::exists(place.path() / "grey.png"));

  const Outcome run = place.firesweep({"run", "own.yaml", "--out", "r"});
  CAPTURE(run.errors);
  CHECK(run.exit_code == 0);
  const nlohmann::json data = nlohmann::json::parse(place.read("r/data.json"));
  CHECK(data.at("classes") == nlohmann::json{"berries", "skies"});
  const nlohmann::json json =
      nlohmann::json::parse(place.firesweep({"data", "own.yaml", "--format", "json"}).output);
  CHECK(json.at("images") == data.at("images"));
  CHECK(json.at("shape") == nlohmann::json{3, 16, 16});
  CHECK(fs::exists(place.path() / "r/report.html"));
}

TEST_CASE("A picture that cannot be read stops a run before it begins, or is left out") {
  const Workplace place;
  write_pictures(place.path() / "photos");
  place.write("photos/berries/broken.jpg", "\xff\xd8\xff\xe0 nothing more");
  place.write("own.yaml", kSweep);

  const Outcome stopped = place.firesweep({"run", "own.yaml", "--out", "r"});
  CHECK(stopped.exit_code == 2);
  CHECK_THAT(stopped.errors, Catch::Contains("1 of 121 pictures can't be read") &&
                                 Catch::Contains("\n  berries/broken.jpg: ") &&
                                 Catch::Contains("dataset.on_bad_file: skip"));
  CHECK_FALSE(fs::exists(place.path() / "r"));

  const Outcome run = place.firesweep(
      {"run", "own.yaml", "--out", "r", "--set", "dataset.on_bad_file=skip", "--set", "epochs=1"});
  CAPTURE(run.errors);
  CHECK_THAT(run.errors, Catch::Contains("1 picture could not be read and is left out"));
  CHECK_THAT(place.read("r/data_problems.csv"), Catch::Contains("berries/broken.jpg"));
  CHECK(nlohmann::json::parse(place.read("r/data.json")).at("bad_files") == 1);
}

}  // namespace
}  // namespace firesweep::integration
