#include "base/base64.h"

#include <string>
#include <string_view>

#include <catch2/catch.hpp>

namespace firesweep::base {
namespace {

// The test vectors of RFC 4648, section 10.
TEST_CASE("Base64 pads what is no multiple of three bytes") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64(std::string_view("\xff\x00\xfb\xfe", 4)) == "/wD7/g==");
}

TEST_CASE("Base64 that was made is read back, and nothing else is") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i * 37);
    CHECK(from_base64(base64(bytes)) == bytes);
  }
  CHECK(from_base64("") == "");
  for (const std::string_view bad : {"Zg", "Zg=", "Z===", "====", "Zh==", "Zm9=", "Zm 9",
                                     "Zm9v====", "Zg==Zg==", "Zm9\xff", "Zm-v"}) {
    CAPTURE(bad);
    CHECK_FALSE(from_base64(bad));
  }
}

}  // namespace
}  // namespace firesweep::base
