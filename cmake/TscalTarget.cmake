# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# What every target of this project is compiled with.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

add_library(tscal_flags INTERFACE)
target_compile_definitions(tscal_flags INTERFACE _GNU_SOURCE)
target_compile_options(tscal_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Werror)
target_include_directories(tscal_flags INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include
  ${PROJECT_SOURCE_DIR}/src)

# For all but the tests, where Criterion's typed asserts convert.
add_library(tscal_strict INTERFACE)
target_compile_options(tscal_strict INTERFACE -Wconversion)
target_link_libraries(tscal_strict INTERFACE tscal_flags)

# Made visible outside the library: what the public headers mark.
set(TSCAL_EXPORT "TSCAL_API=__attribute__((visibility(\"default\")))")
