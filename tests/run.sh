#!/usr/bin/env bash
# Installs what the tests need, builds everything with warnings as errors, and runs every test; then the unit
# tests again under ASan+UBSan.
#
#   bash tests/run.sh             all
#   bash tests/run.sh plain       without sanitizers
#   bash tests/run.sh asan|tsan   one sanitizer's run of the unit tests
#
# TSan is not part of `all`: Debian's Abseil is built without it, so that it takes every absl::Mutex for none.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-all}

bash conf/install-packages.sh

# configure BUILD_FOLDER EXTRA_CMAKE_ARGUMENTS...
configure() {
  local folder=$1
  shift
  mkdir -p "$folder"
  cmake -S . -B "$folder" -G Ninja -DCCE_WERROR=ON "$@" >"$folder/configure.log" 2>&1 || { tail -30 "$folder/configure.log" >&2; return 1; }
}

plain() {
  echo "== build and all tests"
  configure build/tests -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCCE_BUILD_BENCHMARKS=ON
  ninja -C build/tests
  ctest --test-dir build/tests --output-on-failure
}

# sanitized NAME SANITIZERS
sanitized() {
  echo "== unit tests under $2"
  configure "build/$1" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCCE_SANITIZE="$2"
  ninja -C "build/$1" unit_tests
  ctest --test-dir "build/$1" --output-on-failure -L unit
}

asan() { ASAN_OPTIONS=detect_stack_use_after_return=0 UBSAN_OPTIONS=print_stacktrace=1 sanitized asan address,undefined; }
tsan() { sanitized tsan thread; }

case $what in
  all) plain; asan ;;
  plain | asan | tsan) "$what" ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
