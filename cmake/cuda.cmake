# guise_cuda: the kernels of the backend for NVIDIA GPUs, compiled by nvcc when a program links guise::cuda. The build
# and the installed package both read this file; `guise_include` is the folder of guise's headers and sources.
find_program(GUISE_NVCC nvcc HINTS ENV CUDACXX PATHS /usr/local/cuda/bin DOC "The compiler of the CUDA Toolkit")
mark_as_advanced(GUISE_NVCC)
set(found OFF)
if(GUISE_NVCC OR CMAKE_CUDA_COMPILER)
  set(found ON)
endif()
option(GUISE_CUDA "Offer the CUDA backend as guise::cuda" ${found})
if(NOT GUISE_CUDA)
  return()
endif()

if(NOT CMAKE_CUDA_COMPILER)
  set(CMAKE_CUDA_COMPILER "${GUISE_NVCC}")
endif()
# Not CMAKE_CUDA_ARCHITECTURES, which a project with kernels of its own has set by enable_language(CUDA). The last
# one is also kept as PTX, for what comes later.
set(GUISE_CUDA_ARCHITECTURES "75-real;80-real;86-real;89-real;90-real;100" CACHE STRING
                             "What guise::cuda has kernels for: CMake's CUDA_ARCHITECTURES")
enable_language(CUDA)
include("${CMAKE_CURRENT_LIST_DIR}/cudnn.cmake")
if(GUISE_CUDNN)
  set(library cudnn.cu)
else()
  set(library no_library.cu)
endif()
add_library(guise_cuda STATIC EXCLUDE_FROM_ALL "${guise_include}/guise/backend/cuda/cuda.cu"
                                               "${guise_include}/guise/backend/cuda/${library}")
add_library(guise::cuda ALIAS guise_cuda)
target_compile_definitions(guise_cuda PRIVATE GUISE_CUDNN=$<BOOL:${GUISE_CUDNN}>)
target_compile_options(guise_cuda PRIVATE -std=c++20
                       $<$<AND:$<BOOL:${GUISE_WARNINGS_AS_ERRORS}>,$<COMPILE_LANGUAGE:CUDA>>:-Werror=all-warnings>)
target_include_directories(guise_cuda PRIVATE "${guise_include}")
target_link_libraries(guise_cuda INTERFACE guise::guise PRIVATE $<$<BOOL:${GUISE_CUDNN}>:guise::cudnn>)
set_target_properties(guise_cuda PROPERTIES POSITION_INDEPENDENT_CODE ON CUDA_ARCHITECTURES "${GUISE_CUDA_ARCHITECTURES}")
