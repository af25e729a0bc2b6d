// Catch2 for tests that include LibTorch: the logging library behind LibTorch defines CHECK as
// well, and ends the program where it fails.
#pragma once

#include <c10/util/Logging.h>
#include <catch2/catch.hpp>

#undef CHECK
#define CHECK(...) \
  INTERNAL_CATCH_TEST("CHECK", Catch::ResultDisposition::ContinueOnFailure, __VA_ARGS__)
