#!/usr/bin/env bash
# Builds and runs the benchmarks; ends with one line a figure: NAME VALUE UNIT. Ratios are measured side by side
# in one run; absolute figures depend on the machine.
#
#   bash bench/run.sh                 all of them
#   bash bench/run.sh page catch_up   those whose name begins so, or that measure a figure called so
#
# bench/peers.sh compares the engine with other programs; it fetches them, so it is not among these.
set -euo pipefail
cd "$(dirname "$0")/.."

benchmarks=(page_to_formats catch_up syslog_tcp kafka)
declare -A figures_of=(
  [page_to_formats]="page_to_ocsf_over_dom_parse page_to_ecs_over_dom_parse page_to_cef_over_dom_parse page_to_leef_over_dom_parse page_to_raw_over_dom_parse allocations_per_event"
  [syslog_tcp]="syslog_tcp_over_bare_write syslog_tcp_events_per_second"
  [catch_up]="catch_up_events_per_second catch_up_over_curl catch_up_disk_alone_over_curl catch_up_in_memory_over_curl catch_up_rss_mib"
  [kafka]="kafka_exactly_once_over_bare_producer kafka_at_least_once_over_bare_producer kafka_exactly_once_cpu_over_bare_producer kafka_at_least_once_cpu_over_bare_producer"
)

# wanted BENCHMARK NAME...: is it one of those named?
wanted() {
  local benchmark=$1 name
  shift
  [[ $# -gt 0 ]] || return 0
  for name in "$@"; do
    [[ $benchmark == "$name"* || " ${figures_of[$benchmark]} " == *" $name "* ]] && return 0
  done
  return 1
}

chosen=()
left_out=()
for benchmark in "${benchmarks[@]}"; do
  wanted "$benchmark" "$@" || continue
  if [[ $benchmark == kafka && ! -e build/kafka/3.9.1/fetched ]]; then
    echo "kafka is left out: there is no broker here; bash tests/kafka/install.sh fetches one" >&2
    left_out+=("$benchmark")
    continue
  fi
  chosen+=("$benchmark")
done
[[ ${#chosen[@]} -gt 0 || ${#left_out[@]} -eq 0 ]] || exit 1
[[ ${#chosen[@]} -gt 0 ]] || { echo "bench/run.sh: no benchmark is called so: $*; there are: ${benchmarks[*]}, and their figures: ${figures_of[*]}" >&2; exit 2; }

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
