# Every third-party library, as Debian 12 and 13 package it. ARCHITECTURE.md says why each is here.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(absl REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(simdjson REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)

# Asio and Beast are compiled once, in cce/system/asio.cc, not in every file that includes them.
add_library(cce_asio INTERFACE)
target_compile_definitions(cce_asio INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(cce_asio INTERFACE Boost::headers Threads::Threads)

# Headers only; Debian 12 and 13 give its CMake target different names.
find_path(VALIJSON_INCLUDE_DIR valijson/validator.hpp REQUIRED)
add_library(cce_valijson INTERFACE)
target_include_directories(cce_valijson SYSTEM INTERFACE ${VALIJSON_INCLUDE_DIR})
target_compile_definitions(cce_valijson INTERFACE VALIJSON_USE_EXCEPTIONS=1)

# What cce/api rests on, and so everything else.
add_library(cce_base INTERFACE)
target_link_libraries(cce_base INTERFACE cce_settings cce_asio absl::status absl::statusor absl::strings absl::str_format
  absl::time absl::span absl::flat_hash_map absl::flat_hash_set absl::any_invocable absl::cleanup)

if(CCE_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()
if(CCE_BUILD_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()
