# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# cmake -D MANIFEST=FILE -P uninstall.cmake: remove the files that
# FILE lists, which `cmake --install` wrote, below DESTDIR if that is set, and
# then the directories that hold nothing else, if they are of this project.
if(NOT EXISTS "${MANIFEST}")
  message(FATAL_ERROR "Nothing to uninstall: there is no ${MANIFEST}, which "
    "`cmake --install` writes into the directory of the build.")
endif()

file(STRINGS "${MANIFEST}" files)
set(directories "")
set(removed 0)
foreach(file IN LISTS files)
  set(path "$ENV{DESTDIR}${file}")
  if(EXISTS "${path}" OR IS_SYMLINK "${path}")
    file(REMOVE "${path}")
    # file(REMOVE) does not report a failure.
    if(EXISTS "${path}" OR IS_SYMLINK "${path}")
      message(FATAL_ERROR "Could not remove ${path}: run this as the user "
        "who installed it.")
    endif()
    math(EXPR removed "${removed} + 1")
  endif()
  get_filename_component(directory "${file}" DIRECTORY)
  if(directory MATCHES "/(include|cmake)/tscal$")
    list(APPEND directories "$ENV{DESTDIR}${directory}")
  endif()
endforeach()

list(REMOVE_DUPLICATES directories)
foreach(directory IN LISTS directories)
  file(GLOB left "${directory}/*" "${directory}/.[!.]*")
  if(IS_DIRECTORY "${directory}" AND NOT left)
    file(REMOVE_RECURSE "${directory}")
  endif()
endforeach()
message(STATUS "Removed ${removed} files")
