# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# A page of section 3 for every function and every struct of the public headers:
# one line that leads to the page of its group.
set(page_of_attach tscal_attach)
set(page_of_calibrate tscal_calibrate)
set(page_of_clock tscal_clock)
set(page_of_clock_page tscal_clock)
set(page_of_conv tscal_conv)
set(page_of_hv tscal_hv)
set(page_of_probe tscal_platform)
set(page_of_sync tscal_sync)

file(GLOB public CONFIGURE_DEPENDS include/tscal/*.h)
if(NOT TSCAL_PROBE)
  list(FILTER public EXCLUDE REGEX "/(probe|sync)\\.h$")
endif()
set(links ${PROJECT_BINARY_DIR}/man3)
file(REMOVE_RECURSE ${links})
foreach(header ${public})
  # A changed header may have a new name.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
  get_filename_component(base ${header} NAME_WE)
  if(NOT DEFINED page_of_${base})
    set(page_of_${base} tscal)
  endif()
  file(READ ${header} text)
  # Lists of CMake end at semicolons and mind brackets.
  string(REGEX REPLACE "[][;]" " " text "${text}")
  string(REGEX MATCHALL "TSCAL_(API|INLINE)[ \n][^({]*[^a-z0-9_(]tscal_[a-z0-9_]+\\("
    names "${text}")
  string(REGEX MATCHALL "\nstruct tscal_[a-z0-9_]+ {" structs "${text}")
  foreach(name ${names} ${structs})
    string(REGEX MATCH "tscal_[a-z0-9_]+[ ({]*$" name "${name}")
    string(REGEX REPLACE "[ ({]+$" "" name "${name}")
    # calibrate.h has three pages.
    set(page ${page_of_${base}})
    if(name MATCHES "^tscal_(report_.*|line|machine|fact)$")
      set(page tscal_report)
    elseif(name MATCHES "^tscal_platform_")
      set(page tscal_platform)
    endif()
    # What ends so is for the headers themselves.
    if(NOT name MATCHES "_$" AND
        NOT EXISTS ${PROJECT_SOURCE_DIR}/docs/man/${name}.3)
      file(WRITE ${links}/${name}.3 ".so man3/${page}.3\n")
    endif()
  endforeach()
endforeach()
install(DIRECTORY ${links}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man3)
