# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
install(DIRECTORY include/tscal ${PROJECT_BINARY_DIR}/include/tscal
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(TARGETS tscal_shared tscal_static)
if(TSCAL_PROBE)
  # libtscal-probe
endif()
if(TSCAL_COMMAND)
  install(TARGETS tscal_command)
endif()
