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

# The one place where a layer is declared: firesweep_layer(NAME SOURCES a.cpp ... LINK lib ...).
function(firesweep_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;LINK" ${ARGN})
  add_library(firesweep_${name} STATIC ${LAYER_SOURCES})
  target_link_libraries(firesweep_${name} PUBLIC firesweep_options ${LAYER_LINK})
endfunction()
