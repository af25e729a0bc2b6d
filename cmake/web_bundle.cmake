# The page of report.html and the SVG renderer: npm ci and esbuild at build time, in the build tree.
# firesweep_web_bundle(SOURCES_VARIABLE) gives the source file that puts both into the program, or
# one that has neither if FIRESWEEP_WEB is OFF or node and npm are not there.
option(FIRESWEEP_WEB "Bundle the web page into the program; needs node (18 or newer), npm and its registry" ON)

function(firesweep_find_node result)
  set(${result} FALSE PARENT_SCOPE)
  find_program(FIRESWEEP_NODE node)
  find_program(FIRESWEEP_NPM npm)
  if(NOT FIRESWEEP_NODE OR NOT FIRESWEEP_NPM)
    message(WARNING "node or npm not found: firesweep is built without report.html and SVG pictures. "
                    "Install nodejs and npm, or silence this with -DFIRESWEEP_WEB=OFF.")
    return()
  endif()
  execute_process(COMMAND ${FIRESWEEP_NODE} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REGEX REPLACE "^v" "" version "${version}")
  if(version VERSION_LESS 18)
    message(WARNING "node is ${version}, 18 or newer is needed: firesweep is built without report.html and SVG "
                    "pictures. Silence this with -DFIRESWEEP_WEB=OFF.")
    return()
  endif()
  set(${result} TRUE PARENT_SCOPE)
endfunction()

function(firesweep_web_bundle result)
  set(source ${PROJECT_SOURCE_DIR}/reports/web)
  set(work ${CMAKE_CURRENT_BINARY_DIR}/web)
  set(FIRESWEEP_PAGE ${work}/out/page.html)
  set(FIRESWEEP_RENDERER ${work}/out/render_svg.mjs)
  set(has_node FALSE)
  if(FIRESWEEP_WEB)
    firesweep_find_node(has_node)
  endif()
  if(NOT has_node)
    set(${result} ${PROJECT_SOURCE_DIR}/reports/writers/web_bundle.cpp PARENT_SCOPE)
    return()
  endif()
  # Packages are those of the lock file, and come again only when that changes.
  add_custom_command(
    OUTPUT ${work}/node_modules.stamp
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${source} -DWORK=${work} -DNPM=${FIRESWEEP_NPM}
            -P ${PROJECT_SOURCE_DIR}/cmake/npm_ci.cmake
    DEPENDS ${source}/package.json ${source}/package-lock.json ${source}/.npmrc
            ${PROJECT_SOURCE_DIR}/cmake/npm_ci.cmake
    COMMENT "npm ci: packages of the report page" VERBATIM)
  file(GLOB scripts CONFIGURE_DEPENDS ${source}/page/* ${source}/render/*)
  add_custom_command(
    OUTPUT ${FIRESWEEP_PAGE} ${FIRESWEEP_RENDERER}
    COMMAND ${CMAKE_COMMAND} -E copy ${source}/build.mjs ${work}/build.mjs
    COMMAND ${FIRESWEEP_NODE} build.mjs ${source} ${work}/out
    DEPENDS ${work}/node_modules.stamp ${source}/build.mjs ${scripts}
    WORKING_DIRECTORY ${work}
    COMMENT "esbuild: the report page and the SVG renderer" VERBATIM)
  configure_file(${PROJECT_SOURCE_DIR}/reports/writers/web_bundle.cpp.in web_bundle.cpp @ONLY)
  set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/web_bundle.cpp PROPERTIES
    SKIP_UNITY_BUILD_INCLUSION ON
    OBJECT_DEPENDS "${FIRESWEEP_PAGE};${FIRESWEEP_RENDERER}")
  set(${result} ${CMAKE_CURRENT_BINARY_DIR}/web_bundle.cpp PARENT_SCOPE)
endfunction()
