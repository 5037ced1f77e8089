# Headers, and a package that find_package(guise) finds.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(guise_package "${CMAKE_INSTALL_DATADIR}/cmake/guise")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/guiseConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/guise" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/cmake/guiseConfig.cmake" "${PROJECT_SOURCE_DIR}/cmake/dependencies.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/cuda.cmake" "${PROJECT_SOURCE_DIR}/cmake/cudnn.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/compiled.cmake"
              "${PROJECT_BINARY_DIR}/guiseConfigVersion.cmake"
        DESTINATION "${guise_package}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(TARGETS guise guise_native EXPORT guiseTargets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT guiseTargets NAMESPACE guise:: DESTINATION "${guise_package}")
