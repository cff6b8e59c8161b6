include(GoogleTest)

# Precompiled headers serve every target: the standard library, Abseil, Asio's awaitable and, for tests, GoogleTest
# dominate compile time.
set(precompiled_headers
  <algorithm> <array> <cstdint> <functional> <memory> <optional> <string> <string_view> <vector>
  <absl/status/status.h> <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/time/time.h> <absl/types/span.h>
  <absl/container/flat_hash_map.h> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/use_awaitable.hpp>)

add_library(cce_precompiled OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled.cc)
target_link_libraries(cce_precompiled PUBLIC cce_base)
target_precompile_headers(cce_precompiled PRIVATE ${precompiled_headers})

if(CCE_BUILD_TESTS)
  add_library(cce_precompiled_tests OBJECT EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/cmake/precompiled.cc)
  target_link_libraries(cce_precompiled_tests PUBLIC cce_base GTest::gmock)
  target_precompile_headers(cce_precompiled_tests PRIVATE ${precompiled_headers} <gmock/gmock.h> <gtest/gtest.h>)
endif()

# cce_component(NAME SOURCES file... [DEPS target...])
# A folder's code as one static library.
function(cce_component name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC cce_base ${ARG_DEPS})
  target_precompile_headers(${name} REUSE_FROM cce_precompiled)
endfunction()

# cce_program(NAME SOURCES file... [DEPS target...])
function(cce_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE cce_base ${ARG_DEPS} cce_asio_compiled)
  target_precompile_headers(${name} REUSE_FROM cce_precompiled)
endfunction()

# cce_test(NAME [ONE_THREAD | UNSANITIZED] [SHARDS count] SOURCES file... [DEPS target...])
# One test program; ctest runs it under the label `unit`: whole, or with SHARDS as so many tests, each a share of its
# cases, so that a long program does not run alone at the end. Building the target `unit_tests` builds them all, and
# `threaded_unit_tests` those that have races to find: ONE_THREAD marks, also by a label, what runs on one thread.
# UNSANITIZED is in neither and has no label: sanitizers have nothing to find in it.
function(cce_test name)
  if(NOT CCE_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "ONE_THREAD;UNSANITIZED" "SHARDS" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE cce_base ${ARG_DEPS} cce_asio_compiled GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM cce_precompiled_tests)
  if(CCE_UNITY_TESTS)
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON)
    # To the compiler a file's own types are a header's then.
    target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
  set(tests)
  if(ARG_SHARDS)
    foreach(shard RANGE 1 ${ARG_SHARDS})
      math(EXPR index "${shard} - 1")
      add_test(NAME ${name}_${shard} COMMAND ${name} --gtest_brief=1)
      set_tests_properties(${name}_${shard} PROPERTIES
        ENVIRONMENT "GTEST_TOTAL_SHARDS=${ARG_SHARDS};GTEST_SHARD_INDEX=${index}")
      list(APPEND tests ${name}_${shard})
    endforeach()
  else()
    add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
    list(APPEND tests ${name})
  endif()
  if(ARG_UNSANITIZED)
    return()
  endif()
  if(NOT TARGET unit_tests)
    add_custom_target(unit_tests)
    add_custom_target(threaded_unit_tests)
  endif()
  add_dependencies(unit_tests ${name})
  if(ARG_ONE_THREAD)
    set_tests_properties(${tests} PROPERTIES LABELS "unit;one_thread")
  else()
    set_tests_properties(${tests} PROPERTIES LABELS unit)
    add_dependencies(threaded_unit_tests ${name})
  endif()
endfunction()
