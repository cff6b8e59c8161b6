set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()
# Line tables are enough for a backtrace and make objects, links and the compiler cache a third of their size.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

option(CCE_WERROR "Treat warnings as errors" OFF)
option(CCE_UNITY_TESTS "Compile several files of a test program at once: faster, unless one of them is being edited" OFF)
set(CCE_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them: 'address,undefined' or 'thread'")

find_program(CCE_CCACHE ccache)
if(CCE_CCACHE)
  # The sloppiness settings are those that ccache documents for precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCE_CCACHE})
endif()

add_library(cce_settings INTERFACE)
target_include_directories(cce_settings INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(cce_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wunused -Wnull-dereference -Wdouble-promotion -Wformat=2 -Wimplicit-fallthrough
  $<$<BOOL:${CCE_WERROR}>:-Werror>
  $<$<BOOL:${CCE_CCACHE}>:-fpch-preprocess>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 to 14 report these inside inlined standard, Abseil and Asio code that is correct; they cannot be
  # silenced at the place.
  target_compile_options(cce_settings INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized -Wno-array-bounds
    -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict -Wno-free-nonheap-object
    -Wno-mismatched-new-delete)
  # A designated initialiser names the members that differ from their defaults; that is its point.
  target_compile_options(cce_settings INTERFACE -Wno-missing-field-initializers)
endif()
if(CCE_SANITIZE)
  # Sanitizers change the code so much that most optimisations only cost time to compile: with g++, the largest test of
  # outputs/syslog takes a third more at -O1.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-Og -g1 -DNDEBUG")
  target_compile_options(cce_settings INTERFACE -fsanitize=${CCE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(cce_settings INTERFACE -fsanitize=${CCE_SANITIZE})
  # Under ASan, Abseil's headers give hash tables another layout, which Debian's library, built without, does not know;
  # this keeps the one (container/internal/raw_hash_set.h).
  target_compile_definitions(cce_settings INTERFACE NDEBUG_SANITIZER)
  if(CCE_SANITIZE MATCHES undefined AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With these g++ compares no function's address with null in a constant expression (GCC bug 71962), which the
    # tables of Debian 13's Abseil do. A null pointer that is used is AddressSanitizer's to find.
    target_compile_options(cce_settings INTERFACE
      -fno-sanitize=null,nonnull-attribute,returns-nonnull-attribute -fdelete-null-pointer-checks)
  endif()
  if(CCE_SANITIZE MATCHES thread)
    # Asio orders threads by atomic_thread_fence in a few places, which TSan does not model; it is told where it matters.
    target_compile_options(cce_settings INTERFACE -Wno-tsan)
  endif()
endif()
