#!/usr/bin/env bash
# Fuzzes the ways through a page against each other and the reference, under ASan and UBSan, from the records of
# tests/golden/; ends with one line a figure: NAME VALUE UNIT. Installs clang where it is missing. Fails if it finds
# anything; the input is then in build/fuzz/findings/.
#
#   bash tests/fuzz/run.sh [SECONDS]     default: 300
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-300}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }

bash conf/install-packages.sh clang libclang-rt-dev
mkdir -p build/fuzz/{seeds,corpus,findings}
cmake -S . -B build/fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCCE_BUILD_FUZZERS=ON -DCCE_SANITIZE=fuzzer-no-link,address,undefined >build/fuzz/configure.log 2>&1 ||
  { tail -30 build/fuzz/configure.log >&2; exit 1; }
ninja -C build/fuzz page_fuzzer

# Each record alone and before itself: the second one goes the short way.
for record in tests/golden/*.json; do
  name=$(basename "$record" .json)
  printf '[%s]' "$(<"$record")" >"build/fuzz/seeds/$name"
  printf '[%s,%s]' "$(<"$record")" "$(<"$record")" >"build/fuzz/seeds/$name.twice"
done
# Words that rules know: the short strings of the records.
grep -ohE '"[A-Za-z0-9_@.: -]{1,40}"' tests/golden/*.json | sort -u | sed 's/"/\\"/g; s/.*/"&"/' >build/fuzz/words
printf '%s\n' 'null' 'true' 'false' '[]' '{}' ',' ':' '\\u' '\\\"' '\xff' '\x00' | sed 's/.*/"&"/' >>build/fuzz/words

# Debian's Abseil is built without ASan: it uses hash tables that its headers poison, without lifting that.
status=0
ASAN_OPTIONS=detect_stack_use_after_return=0:allow_user_poisoning=0 UBSAN_OPTIONS=print_stacktrace=1 \
  build/fuzz/tests/fuzz/page_fuzzer build/fuzz/corpus build/fuzz/seeds -max_total_time="$seconds" -max_len=8192 \
  -timeout=20 -rss_limit_mb=3000 -dict=build/fuzz/words -artifact_prefix=build/fuzz/findings/ -print_final_stats=1 \
  >build/fuzz/log 2>&1 || status=$?
[[ $status -eq 0 ]] || tail -60 build/fuzz/log >&2

figure() { sed -n "s/^stat::$1: *//p" build/fuzz/log; }
executions=$(figure number_of_executed_units)
echo "fuzz_executions ${executions:-0} inputs"
echo "fuzz_executions_per_second $(figure average_exec_per_sec) inputs/s"
echo "fuzz_coverage $(grep -oE 'cov: [0-9]+' build/fuzz/log | tail -1 | cut -d' ' -f2) edges"
echo "fuzz_findings $((status != 0)) inputs"
exit "$status"
