#!/usr/bin/env bash
# The long run of what the Kafka output promises: everything goes wrong ROUNDS times as often as in tests/run.sh, with
# delays of up to a minute. It ends with the figures, in the form of tests/kafka/RESULTS.md.
#
#   bash tests/kafka/soak.sh [ROUNDS]   default 10, which takes about an hour; what they say goes to build/kafka/soak.*.log
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-10}

bash conf/install-packages.sh
bash tests/kafka/install.sh
mkdir -p build/tests
cmake -S . -B build/tests -G Ninja -DCCE_WERROR=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo >build/tests/configure.log 2>&1 ||
  { tail -30 build/tests/configure.log >&2; exit 1; }
ninja -C build/tests kafka_ground_test kafka_delivery_test

export CCE_KAFKA_ROUNDS=$rounds
logs=(build/kafka/soak.ground.log)
pids=()
status=0
build/tests/tests/kafka/kafka_ground_test >"${logs[0]}" 2>&1 || status=1
# They wait more than they work.
for version in Kafka3 Kafka4; do
  log=build/kafka/soak.$version.log
  build/tests/tests/kafka/kafka_delivery_test --gtest_filter="*/$version" >"$log" 2>&1 &
  pids+=($!)
  logs+=("$log")
done
for pid in "${pids[@]}"; do wait "$pid" || status=1; done
echo
echo "$(date --utc +%F), commit $(git rev-parse --short HEAD), \`bash tests/kafka/soak.sh $rounds\`, $(nproc) cores"
grep -hE '^(\[  (     OK|FAILED) |figures )' "${logs[@]}"
exit $status
