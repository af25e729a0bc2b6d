# cmake -DSOURCE=... -DWORK=... -DNPM=... -P npm_ci.cmake: installs the packages of SOURCE's lock file
# into WORK/node_modules, and leaves WORK/node_modules.stamp.
file(MAKE_DIRECTORY ${WORK})
file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json ${SOURCE}/.npmrc DESTINATION ${WORK})
execute_process(COMMAND ${NPM} ci --silent --prefer-offline
  WORKING_DIRECTORY ${WORK} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "npm ci failed in ${WORK} (${status}): the packages of the report page could not be "
                      "fetched. Without a network, configure with -DFIRESWEEP_WEB=OFF.\n${output}")
endif()
file(TOUCH ${WORK}/node_modules.stamp)
