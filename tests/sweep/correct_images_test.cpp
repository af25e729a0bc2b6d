#include "sweep/store/correct_images.h"

#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

/// Every third image is wrong.
CorrectImages of_images(std::int64_t images) {
  std::vector<std::int32_t> truth;
  std::vector<std::int32_t> predicted;
  for (std::int64_t i = 0; i < images; ++i) {
    truth.push_back(static_cast<std::int32_t>(i % 7));
    predicted.push_back(i % 3 == 0 ? 7 : truth.back());
  }
  return CorrectImages::of(truth, predicted);
}

struct BadBits {
  std::string name;
  std::string json;
  std::string error;
};

}  // namespace

TEST_CASE("The bit of an image tells whether its class was predicted") {
  const std::vector<std::int32_t> truth{1, 2, 3, 1};
  const std::vector<std::int32_t> predicted{1, 0, 3, 2};
  const CorrectImages images = CorrectImages::of(truth, predicted);
  CHECK(images.images() == 4);
  CHECK(images.correct() == 2);
  CHECK(images.words()[0] == 0b0101U);
  CHECK(to_json(images).dump() == R"({"bits":"BQ==","correct":2,"images":4})");
}

TEST_CASE("Correct images of any number survive JSON") {
  for (const std::int64_t images : {1, 7, 8, 9, 63, 64, 65, 240, 1000, 5000}) {
    CAPTURE(images);
    const CorrectImages before = of_images(images);
    CHECK(before.correct() == images - (images + 2) / 3);
    const std::string text = to_json(before).dump();
    CHECK(correct_images_from_json(nlohmann::json::parse(text)) == before);
  }
  CHECK(to_json(of_images(5000)).at("bits").get<std::string>().size() == 836);
}

TEST_CASE("Bits that contradict their number of images are rejected") {
  const auto bad = GENERATE(values<BadBits>({
      {"too few", R"({"images": 9, "correct": 1, "bits": "AQ=="})",
       "field 'bits' does not hold a bit for each of 9 images in base64"},
      {"too many", R"({"images": 8, "correct": 1, "bits": "AQA="})",
       "field 'bits' does not hold a bit for each of 8 images in base64"},
      {"no base64", R"({"images": 8, "correct": 1, "bits": "A"})",
       "field 'bits' does not hold a bit for each of 8 images in base64"},
      {"none", R"({"images": 0, "correct": 0, "bits": ""})",
       "field 'bits' does not hold a bit for each of 0 images in base64"},
      {"huge", R"({"images": 9000000000000000000, "correct": 0, "bits": "AQ=="})",
       "field 'bits' does not hold a bit for each of 9000000000000000000 images in base64"},
      {"beyond the last", R"({"images": 4, "correct": 1, "bits": "IA=="})",
       "correct images have a bit beyond image 4; expected zeros"},
      {"another count", R"({"images": 4, "correct": 3, "bits": "BQ=="})",
       "field 'correct' is 3; expected 2, as many as there are bits"},
      {"missing", R"({"images": 4, "correct": 3})", "field 'bits' is missing"},
  }));
  CAPTURE(bad.name);
  CHECK(message_of([&] {
          static_cast<void>(correct_images_from_json(nlohmann::json::parse(bad.json)));
        }) == bad.error);
}

}  // namespace firesweep::sweep
