find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(fmt REQUIRED)
find_package(utf8cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
# Reads zip and tar files.
pkg_check_modules(libarchive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
# Boost.Math and Boost.Random, headers only; of Boost nothing else is used.
find_path(FIRESWEEP_BOOST_MATH_DIR boost/math/distributions/students_t.hpp REQUIRED)
# Least squares of the statistics, headers only.
find_path(FIRESWEEP_EIGEN_DIR Eigen/QR PATH_SUFFIXES eigen3 REQUIRED)
# Picture files.
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(GIF 5 REQUIRED)
pkg_check_modules(webp REQUIRED IMPORTED_TARGET libwebp libwebpdemux)
# Vector code is compiled for AVX-512, AVX2 and the baseline. SSE4 machines are gone; SVE's vectors of
# unknown length cannot be members of a struct.
find_package(hwy REQUIRED)
add_library(firesweep_highway INTERFACE)
target_link_libraries(firesweep_highway INTERFACE hwy::hwy)
target_compile_definitions(firesweep_highway INTERFACE
  "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128|HWY_RVV)")
if(NOT FIRESWEEP_FUZZ)
  find_package(dnnl REQUIRED)
  find_package(OpenMP REQUIRED COMPONENTS CXX)
endif()
if(FIRESWEEP_BUILD_TESTS)
  find_package(Catch2 2.13 REQUIRED)
endif()
if(FIRESWEEP_WITH_TORCH)
  # Debian's LibTorch, or an official one named by CMAKE_PREFIX_PATH.
  find_package(Torch REQUIRED)
  pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
  add_library(firesweep_torch INTERFACE)
  # As system headers, LibTorch's headers give no warnings.
  target_include_directories(firesweep_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  target_link_libraries(firesweep_torch INTERFACE ${TORCH_LIBRARIES})
  separate_arguments(FIRESWEEP_TORCH_FLAGS UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(firesweep_torch INTERFACE ${FIRESWEEP_TORCH_FLAGS})
endif()
