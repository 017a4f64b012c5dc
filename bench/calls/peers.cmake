# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# tscal compared with what programs use today: ./script/bench --peers.  Each peer where
# its package is installed.
pkg_check_modules(ABSEIL QUIET IMPORTED_TARGET absl_base absl_time)
pkg_check_modules(DPDK QUIET libdpdk)
pkg_check_modules(UCX QUIET IMPORTED_TARGET ucx)
pkg_check_modules(LIBCPUID QUIET IMPORTED_TARGET libcpuid)

# NDEBUG as in Abseil's package: its header scales the counter by it.
target_compile_options(peers PRIVATE -UNDEBUG -DNDEBUG)

set(abseil_found_as "not installed")
set(dpdk_found_as "not installed")
set(ucx_found_as "not installed")
set(libcpuid_found_as "not installed")

if(ABSEIL_FOUND)
  set(abseil_found_as "${ABSEIL_absl_time_VERSION}")
  target_compile_definitions(peers PRIVATE WITH_ABSEIL)
  target_link_libraries(peers PRIVATE PkgConfig::ABSEIL)
endif()

# Of its libraries, a hundred, the one that the headers need.
if(DPDK_FOUND)
  find_library(DPDK_EAL rte_eal HINTS ${DPDK_LIBRARY_DIRS})
  mark_as_advanced(DPDK_EAL)
endif()
if(DPDK_FOUND AND DPDK_EAL)
  set(dpdk_found_as "${DPDK_VERSION}")
  target_compile_definitions(peers PRIVATE WITH_DPDK)
  target_include_directories(peers SYSTEM PRIVATE ${DPDK_INCLUDE_DIRS})
  # -march=corei7 -include rte_config.h
  target_compile_options(peers PRIVATE ${DPDK_CFLAGS_OTHER})
  target_link_libraries(peers PRIVATE ${DPDK_EAL})
endif()

# Debian's package lacks the header whose inline functions read the TSC.
if(UCX_FOUND)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_LIBRARIES PkgConfig::UCX)
  check_cxx_source_compiles("#include <ucs/time/time.h>
    int main() { return (int)ucs_time_to_nsec(ucs_get_time()); }" UCX_READS)
  unset(CMAKE_REQUIRED_LIBRARIES)
  if(UCX_READS)
    set(ucx_found_as "${UCX_VERSION}")
    target_compile_definitions(peers PRIVATE WITH_UCX)
    target_link_libraries(peers PRIVATE PkgConfig::UCX)
  else()
    set(ucx_found_as
      "${UCX_VERSION}, not measured: ucs/time/time.h is not in the package")
  endif()
endif()

if(LIBCPUID_FOUND)
  set(libcpuid_found_as "${LIBCPUID_VERSION}")
  target_compile_definitions(peers PRIVATE WITH_LIBCPUID)
  target_link_libraries(peers PRIVATE PkgConfig::LIBCPUID)
endif()

foreach(peer abseil dpdk ucx libcpuid)
  string(TOUPPER ${peer} upper)
  target_compile_definitions(peers PRIVATE
    "${upper}_FOUND_AS=\"${${peer}_found_as}\"")
endforeach()
