# guise_compiled: what takes long to compile and is the same in every program, compiled once for all who link
# guise::compiled: the operations of the backend for CPUs, what of a network depends on it alone, the reading and
# writing of pictures and weights, the distances of sets of pictures, a face's placement, the page of a training. For
# them the headers only declare these; programs that are not linked to it stay header-only. The build and the installed
# package both read this file; `guise_include` is the folder of guise's headers and sources.
#
# Optimised whatever the build type, unless under sanitizers, and with GUISE_NATIVE for the processor of this machine.
add_library(guise_compiled STATIC EXCLUDE_FROM_ALL "${guise_include}/guise/backend/cpu/cpu.cpp"
                                                   "${guise_include}/guise/data/resize.cpp"
                                                   "${guise_include}/guise/face/fit.cpp"
                                                   "${guise_include}/guise/io/picture/codec.cpp"
                                                   "${guise_include}/guise/io/weights/weights.cpp"
                                                   "${guise_include}/guise/metrics/sets.cpp"
                                                   "${guise_include}/guise/net/runner.cpp"
                                                   "${guise_include}/guise/train/log/training_page.cpp")
add_library(guise::compiled ALIAS guise_compiled)
target_compile_definitions(guise_compiled PUBLIC GUISE_COMPILED)
target_link_libraries(guise_compiled PUBLIC guise::guise PRIVATE $<$<BOOL:${GUISE_NATIVE}>:guise::native>)
set_target_properties(guise_compiled PROPERTIES POSITION_INDEPENDENT_CODE ON)
if(NOT GUISE_SANITIZE)
  target_compile_options(guise_compiled PRIVATE $<$<NOT:$<CONFIG:Release>>:-O2>)
endif()
