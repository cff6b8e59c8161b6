#!/usr/bin/env bash
# Builds and runs the benchmarks; ends with one line a figure: NAME VALUE UNIT. Ratios are measured side by side
# in one run; absolute figures depend on the machine.
#
#   bash bench/run.sh                 all of them
#   bash bench/run.sh page catch_up   those whose name begins so, or whose figure is named
set -euo pipefail
cd "$(dirname "$0")/.."

benchmarks=(page_to_ocsf catch_up)
chosen=()
for benchmark in "${benchmarks[@]}"; do
  [[ $# -eq 0 ]] && chosen+=("$benchmark")
  for name in "$@"; do [[ $benchmark == "$name"* || $name == "$benchmark"* ]] && chosen+=("$benchmark"); done
done
[[ ${#chosen[@]} -gt 0 ]] || { echo "bench/run.sh: no benchmark begins with: $* (there are: ${benchmarks[*]})" >&2; exit 2; }

bash conf/install-packages.sh
mkdir -p build/bench
cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DCCE_BUILD_BENCHMARKS=ON >build/bench/configure.log 2>&1 ||
  { tail -30 build/bench/configure.log >&2; exit 1; }
ninja -C build/bench "${chosen[@]/#/bench_}"

figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
for benchmark in "${chosen[@]}"; do
  echo "== $benchmark"
  build/bench/bench/bench_"$benchmark" | tee -a "$figures"
done
echo
grep -E '^[a-z][a-z0-9_]+ [0-9.]+ [A-Za-z/]+$' "$figures"
