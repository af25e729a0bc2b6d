#include "tests/reports/golden.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

namespace firesweep::reports {

void check_golden(std::string_view name, std::string_view actual) {
  const std::filesystem::path path =
      std::filesystem::path(FIRESWEEP_SOURCE_DIR) / "tests/golden/reports" / name;
  const char* update = std::getenv("FIRESWEEP_UPDATE_GOLDEN");
  if (update != nullptr && std::string_view(update) == "1") {
    std::ofstream(path, std::ios::binary) << actual;
  }
  std::ifstream file(path, std::ios::binary);
  INFO("golden file " << path << "; FIRESWEEP_UPDATE_GOLDEN=1 rewrites it");
  REQUIRE(file.is_open());
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  CHECK(std::string(actual) == expected);
}

}  // namespace firesweep::reports
