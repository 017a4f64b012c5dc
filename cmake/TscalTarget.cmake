# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# What every target of this project is compiled with.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Kind of build" FORCE)
endif()

# The command finds its libraries wherever the installed tree is moved to; under
# /usr the loader knows where they are.
if(NOT DEFINED CMAKE_INSTALL_RPATH AND
    NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  file(RELATIVE_PATH to_libdir
    ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set(CMAKE_INSTALL_RPATH $ORIGIN/${to_libdir})
endif()

if(TSCAL_SANITIZE)
  add_compile_options(-fsanitize=${TSCAL_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TSCAL_SANITIZE})
endif()
# Or asked for in the builder's own flags.
string(TOUPPER "CMAKE_C_FLAGS_${CMAKE_BUILD_TYPE}" flags)
if(TSCAL_SANITIZE OR "${CMAKE_C_FLAGS} ${${flags}}" MATCHES "-fsanitize=")
  set(sanitized ON)
  if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
    # Checked 128-bit products call __muloti4, which libgcc does not have.
    add_link_options(-rtlib=compiler-rt -unwindlib=libgcc)
  endif()
endif()

add_library(tscal_flags INTERFACE)
target_compile_definitions(tscal_flags INTERFACE _GNU_SOURCE)
target_compile_options(tscal_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow)
target_include_directories(tscal_flags INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include
  ${PROJECT_SOURCE_DIR}/src)

# For all but the tests, where Criterion's typed asserts convert.
add_library(tscal_strict INTERFACE)
target_compile_options(tscal_strict INTERFACE -Wconversion)
target_link_libraries(tscal_strict INTERFACE tscal_flags)

# Made visible outside the library: what the public headers mark.
set(TSCAL_EXPORT "TSCAL_API=__attribute__((visibility(\"default\")))")

# tscal_library(NAME OUTPUT): from the objects of NAME_objects make NAME_shared
# and NAME_static, both libOUTPUT; for others tscal::shared, tscal::static,
# tscal::probe_shared and so on.  The shared one exports what src/OUTPUT.map
# lists.  The static one is a single object in which all else is local, so that
# our "compare" is not in the way of a stranger's; NAME_internal, which is not
# installed, keeps everything in reach.
function(tscal_library name output)
  set(map ${PROJECT_SOURCE_DIR}/src/${output}.map)
  add_library(${name}_shared SHARED $<TARGET_OBJECTS:${name}_objects>)
  add_library(${name}_internal STATIC $<TARGET_OBJECTS:${name}_objects>)
  add_custom_command(OUTPUT ${output}.o
    COMMAND ${CMAKE_C_COMPILER} -r -nostdlib -o ${output}-all.o
      -Wl,--whole-archive $<TARGET_FILE:${name}_internal>
    COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${output}-all.o ${output}.o
    DEPENDS ${name}_internal VERBATIM)
  add_library(${name}_static STATIC ${output}.o)
  set_target_properties(${name}_static PROPERTIES LINKER_LANGUAGE C)
  set_target_properties(${name}_shared PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
    LINK_DEPENDS ${map})
  if(CMAKE_INSTALL_RPATH)
    set_target_properties(${name}_shared PROPERTIES INSTALL_RPATH $ORIGIN)
  endif()
  target_link_options(${name}_shared PRIVATE LINKER:--version-script=${map})
  if(NOT sanitized) # whose run-time comes with the program
    target_link_options(${name}_shared PRIVATE LINKER:-z,defs)
  endif()
  foreach(lib ${name}_shared ${name}_static)
    string(REGEX REPLACE "^tscal_" "" short ${lib})
    add_library(tscal::${short} ALIAS ${lib})
    set_target_properties(${lib} PROPERTIES
      OUTPUT_NAME ${output} EXPORT_NAME ${short})
    target_include_directories(${lib} INTERFACE
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
      $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  endforeach()
endfunction()
