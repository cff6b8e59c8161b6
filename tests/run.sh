#!/usr/bin/env bash
# Installs what the tests need, builds everything with warnings as errors, and runs every test; then the unit
# tests again under ASan+UBSan and under TSan.
#
#   bash tests/run.sh             all
#   bash tests/run.sh plain       without sanitizers
#   bash tests/run.sh asan|tsan   one sanitizer's run of the unit tests
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-all}

bash conf/install-packages.sh

# configure BUILD_FOLDER EXTRA_CMAKE_ARGUMENTS...
configure() {
  local folder=$1
  shift
  mkdir -p "$folder"
  cmake -S . -B "$folder" -G Ninja "$@" >"$folder/configure.log" 2>&1 || { tail -30 "$folder/configure.log" >&2; return 1; }
}

plain() {
  echo "== build and all tests"
  # A receiver for the tests of the syslog output. Not installed: no second syslog starts on this machine.
  bash conf/install-packages.sh valgrind
  bash conf/unpack-packages.sh build/rsyslog rsyslog rsyslog-relp rsyslog-openssl
  # The product's own files are compiled one by one: each has to include what it uses.
  configure build/tests -DCCE_WERROR=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCCE_BUILD_BENCHMARKS=ON -DCCE_UNITY_TESTS=ON
  ninja -C build/tests
  bash tests/kafka/install.sh
  ctest --test-dir build/tests --output-on-failure --parallel "$(nproc)"
}

# sanitized NAME SANITIZERS TARGET CTEST_ARGUMENTS...
sanitized() {
  local name=$1 sanitizers=$2 target=$3
  shift 3
  echo "== unit tests under $sanitizers"
  # Several files a compilation: a third of the time. Warnings are the plain build's business.
  configure "build/$name" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCCE_SANITIZE="$sanitizers" \
    -DCMAKE_UNITY_BUILD=ON -DCCE_WERROR=OFF
  ninja -C "build/$name" "$target"
  ctest --test-dir "build/$name" --output-on-failure --parallel "$(nproc)" -L unit "$@"
}

# Debian's Abseil is built without ASan: it uses hash tables that its headers poison, without lifting that.
asan() { ASAN_OPTIONS=detect_stack_use_after_return=0:allow_user_poisoning=0 UBSAN_OPTIONS=print_stacktrace=1 sanitized asan address,undefined unit_tests; }
# A test on one thread has no races to find.
tsan() { sanitized tsan thread threaded_unit_tests -LE one_thread; }

case $what in
  all) plain; asan; tsan ;;
  plain | asan | tsan) "$what" ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
