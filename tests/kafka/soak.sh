#!/usr/bin/env bash
# The long run of what the Kafka output promises: everything goes wrong ROUNDS times as often as in tests/run.sh, with
# delays of up to a minute. It ends with the figures, in the form of tests/kafka/RESULTS.md.
#
#   bash tests/kafka/soak.sh [ROUNDS]   default 10, which takes about half an hour
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-10}

bash conf/install-packages.sh
bash tests/kafka/install.sh
mkdir -p build/tests
cmake -S . -B build/tests -G Ninja -DCCE_WERROR=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo >build/tests/configure.log 2>&1 ||
  { tail -30 build/tests/configure.log >&2; exit 1; }
ninja -C build/tests kafka_ground_test kafka_delivery_test

log=build/kafka/soak.log
for test in kafka_ground_test kafka_delivery_test; do
  CCE_KAFKA_ROUNDS=$rounds build/tests/tests/kafka/$test
done | tee "$log"
echo
echo "$(date --utc +%F), commit $(git rev-parse --short HEAD), \`bash tests/kafka/soak.sh $rounds\`, $(nproc) cores"
grep -E '^(\[  (     OK|FAILED) |figures )' "$log"
