# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# What `cmake --install` puts in place.  Nothing installed holds the prefix, so
# the tree may be moved: tscal.pc finds it from its own place, as CMake does.
include(CMakePackageConfigHelpers)

set(headers PATTERN "*.h" PATTERN "*.hpp")
if(NOT TSCAL_PROBE)
  list(APPEND headers PATTERN probe.h EXCLUDE
    PATTERN sync.h EXCLUDE)
endif()
install(DIRECTORY include/tscal ${PROJECT_BINARY_DIR}/include/tscal
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING ${headers})

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/tscal)
set(pc ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_to_prefix
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")

# tscal_install(NAME PC): the two libraries that tscal_library() made.
function(tscal_install name output)
  install(TARGETS ${name}_shared ${name}_static EXPORT ${output}-targets)
  install(EXPORT ${output}-targets NAMESPACE tscal:: DESTINATION ${package})
  configure_file(cmake/${output}.pc.in ${output}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${output}.pc DESTINATION ${pc})
endfunction()

tscal_install(tscal tscal)
if(TARGET tscal_probe_shared)
  tscal_install(tscal_probe tscal-probe)
endif()
configure_package_config_file(cmake/tscal-config.cmake.in tscal-config.cmake
  INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO)
# Until 1.0 a minor version may break what the one before it promised.
write_basic_package_version_file(tscal-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tscal-config.cmake
  ${PROJECT_BINARY_DIR}/tscal-config-version.cmake DESTINATION ${package})

if(TSCAL_COMMAND)
  install(TARGETS tscal_command)
  install(FILES docs/completion/tscal.bash RENAME tscal
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()
set(sections 3 7)
if(TSCAL_COMMAND)
  list(APPEND sections 1)
endif()
foreach(section ${sections})
  file(GLOB pages CONFIGURE_DEPENDS docs/man/*.${section})
  if(NOT TSCAL_PROBE)
    list(FILTER pages EXCLUDE REGEX "/tscal_sync\\.3$")
  endif()
  install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
include(TscalManual)

add_custom_target(uninstall COMMAND ${CMAKE_COMMAND}
  -D MANIFEST=${PROJECT_BINARY_DIR}/install_manifest.txt
  -P ${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake VERBATIM)
