#!/usr/bin/env bash
# Compares the engine with what else could do its work, on the corpus of bench/corpus.cc: CPU time, user and system,
# of every process of each. The engine collects from the simulator over TLS, writes its complete OCSF and makes each
# page durable; a peer does a small mapping (bench/peers/) and may be content with less:
#
#   orjson        Python and orjson: from the simulator over TLS as the engine does, fdatasync a page
#   orjson_file   the same from a file: no HTTP, no TLS
#   rsyslog       imfile, mmjsonparse, omfile: from a file, never synced
#   jq            from a file, never synced
#
# Ends with one line a figure, NAME VALUE UNIT: of each the best of the rounds, which take turns. A peer that is not
# to be had is named and left out; one that loses an event fails the comparison. Installs jq and python3-venv where
# they are missing, and unpacks rsyslog and orjson under build/peers.
#
#   bash bench/peers.sh              all of them, 5 rounds, about five minutes
#   bash bench/peers.sh orjson jq    the engine and these
#   ROUNDS=1 bash bench/peers.sh     another number of rounds
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${ROUNDS:-5}
build=build/bench
work=$PWD/build/peers
run=$work/run
corpus=$run/corpus.ndjson
organisation=64f0c0de5eed000000000a01
key=jca_0123456789abcdefghijklmnopqrstuvwxyz
TIMEFORMAT='%U %S %R'

known=(orjson orjson_file rsyslog jq)
for name in "$@"; do
  [[ " ${known[*]} " == *" $name "* ]] || { echo "bench/peers.sh: no peer is called $name; there are: ${known[*]}" >&2; exit 2; }
done
[[ $# -gt 0 ]] || set -- "${known[@]}"

fail() { echo "bench/peers.sh: $*" >&2; exit 1; }

# Each answers whether the peer is to be had, and gets it if it can.
have_orjson() {
  local python=$work/python/bin/python
  "$python" -c 'import orjson' 2>/dev/null && return 0
  bash conf/install-packages.sh python3-venv || return 1
  { /usr/bin/python3 -m venv "$work/python" && "$work/python/bin/pip" install -q orjson; } >"$work/pip.log" 2>&1 ||
    { tail -3 "$work/pip.log" >&2; return 1; }
}
have_orjson_file() { have_orjson; }
have_jq() { command -v jq >/dev/null || bash conf/install-packages.sh jq; }
# Unpacked and not installed: this machine may have another syslog, and needs no second one that starts by itself.
have_rsyslog() { bash conf/unpack-packages.sh "$work/rsyslog" rsyslog; }

bash conf/install-packages.sh
mkdir -p $build "$work"
cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCCE_BUILD_BENCHMARKS=ON >$build/configure.log 2>&1 ||
  { tail -30 $build/configure.log >&2; exit 1; }
ninja -C $build cce jumpcloud-simulator check-delivery bench_write_corpus

contestants=(cce)
for peer in "$@"; do
  if "have_$peer"; then contestants+=("$peer"); else echo "bench/peers.sh: $peer is not to be had here: left out" >&2; fi
done

pids=()
cleanup() {
  for pid in "${pids[@]}" $(cat "$run/rsyslog/pid" 2>/dev/null); do kill "$pid" 2>/dev/null || true; done
  rm -rf "$run"
}
trap cleanup EXIT
rm -rf "$run"
mkdir -p "$run/devices.d"

# From a day ago on, at a whole hour.
start=$((($(date +%s) / 3600 - 24) * 3600))
$build/bench/bench_write_corpus "$corpus" $start
events=$(wc -l <"$corpus")
bytes=$(stat -c %s "$corpus")

$build/tests/simulator/jumpcloud-simulator --listen 127.0.0.1:0 --port-file "$run/port" --ca-out "$run/ca.pem" \
  --organisation $organisation --api-key $key --events 0 --events-file "$corpus" >"$run/simulator.log" 2>&1 &
pids+=($!)
until [[ -s $run/port ]]; do
  kill -0 "${pids[0]}" 2>/dev/null || { cat "$run/simulator.log" >&2; exit 1; }
  sleep 0.2
done
url=https://127.0.0.1:$(<"$run/port")
first=$(date -u -d "@$start" +%FT%TZ)

cat >"$run/cce.json" <<JSON
{
  "state_dir": "state",
  "devices_dir": "devices.d",
  "listen": "",
  "http": { "ca_file": "ca.pem" },
  "security": { "allow_private_hosts": true },
  "outputs": { "archive": { "type": "file", "directory": "events", "format": "ocsf" } }
}
JSON
(umask 077; printf '%s' $key >"$run/secret_key")
cat >"$run/devices.d/bench.json" <<JSON
{
  "device_name": "bench",
  "access_id": "",
  "secret_key": { "file": "../secret_key" },
  "configuration": { "org_id": "$organisation", "base_url": "$url", "start": "$first", "poll_interval": "100ms" }
}
JSON

# Each leaves "user system wall" of what it did in $run/time; sets `lines`, how many events it has written, and `size`,
# their bytes.
run_cce() {
  rm -rf "$run/state" "$run/events"
  { time $build/cce/cli/cce run --config "$run/cce.json" --until-caught-up >"$run/cce.log" 2>&1; } 2>"$run/time" ||
    { tail -20 "$run/cce.log" >&2; fail "the engine has failed"; }
  # Against the simulator's own record, event by event.
  [[ -s $run/truth.ndjson ]] || curl -fsS --noproxy '*' --cacert "$run/ca.pem" "$url/_simulator/truth" -o "$run/truth.ndjson"
  $build/tests/simulator/check-delivery --truth "$run/truth.ndjson" --output "$run/events" >"$run/verdict.txt" ||
    { cat "$run/verdict.txt" >&2; fail "the engine has lost or doubled events"; }
  lines=$(awk '$1 == "delivered" { print $2 }' "$run/verdict.txt")
  size=$(find "$run/events" -name '*.ndjson*' ! -name '*.manifest.json' -printf '%s\n' | awk '{ s += $1 } END { print s }')
}
measure_out() {
  lines=$(wc -l <"$run/out")
  size=$(stat -c %s "$run/out")
  rm "$run/out"
}
run_orjson() {
  { time "$work/python/bin/python" bench/peers/collect.py service "$url" "$run/ca.pem" $key "$first" "$run/out"; } 2>"$run/time" ||
    { cat "$run/time" >&2; fail "orjson has failed"; }
  measure_out
}
run_orjson_file() {
  { time "$work/python/bin/python" bench/peers/collect.py file "$corpus" "$run/out"; } 2>"$run/time" ||
    { cat "$run/time" >&2; fail "orjson_file has failed"; }
  measure_out
}
run_jq() {
  { time jq -c -f bench/peers/map.jq "$corpus" >"$run/out"; } 2>"$run/time" || { cat "$run/time" >&2; fail "jq has failed"; }
  measure_out
}
# It never ends by itself: done is when all is there, or nothing has come for ten seconds.
run_rsyslog() {
  local modules seconds began now=0 before=0 idle=0
  modules=$(dirname "$(find "$work/rsyslog" -name imfile.so)")
  rm -rf "$run/rsyslog"
  mkdir "$run/rsyslog"
  began=$(date +%s.%N)
  (
    export CORPUS=$corpus OUT=$run/out WORK=$run/rsyslog LD_LIBRARY_PATH=$modules/.. RSYSLOG_MODDIR=$modules/
    { time "$work/rsyslog/usr/sbin/rsyslogd" -n -f bench/peers/rsyslog.conf -i "$run/rsyslog/pid" 2>"$run/rsyslog/log"; } 2>"$run/time"
  ) &
  local timed=$!
  while [[ $idle -lt 10 ]]; do
    sleep 1
    kill -0 $timed 2>/dev/null || { cat "$run/rsyslog/log" >&2; fail "rsyslog has ended"; }
    now=$(stat -c %s "$run/out" 2>/dev/null || echo 0)
    if [[ $now -ne $before ]]; then idle=0; before=$now; continue; fi
    if [[ $now -gt 0 && $(wc -l <"$run/out") -ge $events ]]; then break; fi
    idle=$((idle + 1))
  done
  kill "$(<"$run/rsyslog/pid")"
  wait $timed || fail "rsyslog has failed"
  seconds=$(awk -v began="$began" -v ended="$(stat -c %.9Y "$run/out")" 'BEGIN { print ended - began }')
  sed -i "s/[0-9.]*$/$seconds/" "$run/time"
  measure_out
}

versions() {
  for who in "${contestants[@]}"; do
    case $who in
      cce) $build/cce/cli/cce --version ;;
      orjson) "$work/python/bin/python" -c 'import platform, orjson; print("Python", platform.python_version(), "orjson", orjson.__version__)' ;;
      rsyslog) echo "rsyslog $(apt-cache policy rsyslog | awk '/Candidate/ { print $2 }')" ;;
      jq) jq --version ;;
    esac
  done
}
echo "# $(versions | paste -sd ,)"

echo "# round, who, CPU seconds, wall seconds, bytes written"
for ((round = 1; round <= rounds; ++round)); do
  for who in "${contestants[@]}"; do
    "run_$who"
    [[ $lines -eq $events ]] || fail "$who has written $lines of $events events"
    read -r user system wall <<<"$(tail -1 "$run/time")"
    awk -v round=$round -v who="$who" -v user="$user" -v sys="$system" -v wall="$wall" -v size="$size" \
      'BEGIN { printf "# %d %s %.3f %.3f %d\n", round, who, user + sys, wall, size }' | tee -a "$run/rounds"
  done
done

echo
awk -v events="$events" -v bytes="$bytes" '
  { if (!($3 in cpu)) order[++count] = $3
    if (!($3 in cpu) || $4 < cpu[$3]) cpu[$3] = $4
    if (!($3 in wall) || $5 < wall[$3]) wall[$3] = $5 }
  END {
    for (i = 1; i <= count; ++i) {
      who = order[i]
      printf "%s_cpu_seconds_per_million_events %.3f s\n", who, cpu[who] * 1e6 / events
      printf "%s_events_per_cpu_second %.0f events/s\n", who, events / cpu[who]
      printf "%s_mb_per_second %.1f MB/s\n", who, bytes / wall[who] / 1e6
    }
    for (i = 2; i <= count; ++i) printf "cce_over_%s %.2f ratio\n", order[i], cpu[order[i]] / cpu["cce"]
  }' "$run/rounds"
