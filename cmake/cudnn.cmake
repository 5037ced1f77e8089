# guise::cudnn, where cuDNN 9.8 or later is found: guise::cuda then leaves convolutions to it. What links guise::cudnn is
# not linked to the library, but loads it when it is first called.
find_path(GUISE_CUDNN_INCLUDE_DIR cudnn.h HINTS ENV CUDNN_PATH ENV CUDA_PATH PATHS /usr/local/cuda
          PATH_SUFFIXES include DOC "The folder that holds cudnn.h")
find_library(GUISE_CUDNN_LIBRARY cudnn HINTS ENV CUDNN_PATH ENV CUDA_PATH PATHS /usr/local/cuda
             PATH_SUFFIXES lib64 lib DOC "cuDNN")
mark_as_advanced(GUISE_CUDNN_INCLUDE_DIR GUISE_CUDNN_LIBRARY)

set(version "none")
if(GUISE_CUDNN_INCLUDE_DIR AND GUISE_CUDNN_LIBRARY)
  file(STRINGS "${GUISE_CUDNN_INCLUDE_DIR}/cudnn_version.h" lines REGEX "#define CUDNN_(MAJOR|MINOR) [0-9]+$")
  list(JOIN lines " " lines)
  string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*" "\\1.\\2" version "${lines}")
endif()
if(version MATCHES "^[0-9.]+$" AND version VERSION_GREATER_EQUAL 9.8)
  set(found ON)
else()
  set(found OFF)
endif()

option(GUISE_CUDNN "Leave the convolutions of guise::cuda to cuDNN" ${found})
if(GUISE_CUDNN AND NOT found)
  message(FATAL_ERROR "GUISE_CUDNN needs cuDNN 9.8 or later, found: ${version} (CUDNN_PATH names its folder)")
endif()
if(found)
  add_library(guise::cudnn INTERFACE IMPORTED GLOBAL)
  set_target_properties(guise::cudnn PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${GUISE_CUDNN_INCLUDE_DIR}"
                                                INTERFACE_SOURCES "${guise_include}/guise/backend/cuda/cudnn_on_demand.cpp"
                                                INTERFACE_COMPILE_DEFINITIONS "GUISE_CUDNN_LIBRARY=\"${GUISE_CUDNN_LIBRARY}\""
                                                INTERFACE_LINK_LIBRARIES "${CMAKE_DL_LIBS}")
endif()
