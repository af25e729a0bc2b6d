# firesweep_options: what every target of ours is compiled with; links as INTERFACE.
add_library(firesweep_options INTERFACE)
target_include_directories(firesweep_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(firesweep_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual)
if(FIRESWEEP_WERROR)
  target_compile_options(firesweep_options INTERFACE -Werror)
endif()
if(FIRESWEEP_SANITIZE)
  target_compile_options(firesweep_options INTERFACE
    -fsanitize=${FIRESWEEP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(firesweep_options INTERFACE -fsanitize=${FIRESWEEP_SANITIZE})
endif()
if(FIRESWEEP_COVERAGE)
  # Atomic counters: some programs have threads.
  target_compile_options(firesweep_options INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(firesweep_options INTERFACE --coverage)
endif()

# Precompiled headers for the sanitizers, where reading headers is most of the compile time. Not in
# other builds, which therefore find missing includes. firesweep_precompiled(NAME
# header ...) makes the library of that name whose headers other targets reuse.
option(FIRESWEEP_PCH "Precompile large headers; hides missing includes" OFF)
function(firesweep_precompiled name)
  if(FIRESWEEP_PCH)
    file(WRITE ${CMAKE_BINARY_DIR}/${name}.cpp "")
    add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
    target_link_libraries(${name} PUBLIC firesweep_options fmt::fmt)
    target_precompile_headers(${name} PRIVATE ${ARGN})
  endif()
endfunction()
set(FIRESWEEP_LARGE_HEADERS <algorithm> <filesystem> <functional> <map> <optional> <string> <vector>
    <fmt/format.h> <fmt/ranges.h> <nlohmann/json.hpp>)

# Several sources a compiler call: reading headers is most of the compile time, so a build from
# nothing takes less than half as long. A change recompiles its whole group, so developers' presets
# leave it off.
option(FIRESWEEP_UNITY "Compile the sources of a room in groups" OFF)
function(firesweep_unity target)
  if(FIRESWEEP_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
  endif()
endfunction()

# The one place where a layer is declared: firesweep_layer(NAME SOURCES a.cpp ... LINK lib ...).
# PLAIN: compiled with flags of its own, without the precompiled headers. SINGLE: a source at a time also
# in unity builds.
function(firesweep_layer name)
  cmake_parse_arguments(LAYER "PLAIN;SINGLE" "" "SOURCES;LINK" ${ARGN})
  add_library(firesweep_${name} STATIC ${LAYER_SOURCES})
  target_link_libraries(firesweep_${name} PUBLIC firesweep_options ${LAYER_LINK})
  if(NOT LAYER_SINGLE)
    firesweep_unity(firesweep_${name})
  endif()
  if(FIRESWEEP_PCH AND NOT LAYER_PLAIN)
    target_precompile_headers(firesweep_${name} REUSE_FROM firesweep_precompiled)
  endif()
endfunction()
