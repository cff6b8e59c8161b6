#!/usr/bin/env bash
# Shows the engine at work: builds it, lets it collect an organisation's events from the JumpCloud simulator
# over TLS into OCSF files, kills it once on the way, and proves from the simulator's own record that nothing
# is missing or doubled.
#
#   bash conf/quickstart.sh
#   EVENTS=2000000 bash conf/quickstart.sh     another number of events (default 400000)
#
# Everything it makes is under build/quickstart; run it as often as you like.
set -euo pipefail
cd "$(dirname "$0")/.."

events=${EVENTS:-400000}
build=build/quickstart
work=$build/demo
device=quickstart
organisation=64f0c0de5eed000000000a01
started=$SECONDS

say() { printf '\n== %s\n' "$*"; }

say "1/5 packages"
bash conf/install-packages.sh

say "2/5 build (the first time takes some minutes)"
mkdir -p $build
cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release >$build/configure.log 2>&1 || {
  tail -30 $build/configure.log >&2; exit 1; }
ninja -C $build cce jumpcloud-simulator check-delivery
cce=$(find $build -type f -name cce -perm -u+x | head -1)
simulator=$(find $build -type f -name jumpcloud-simulator -perm -u+x | head -1)
check=$(find $build -type f -name check-delivery -perm -u+x | head -1)

pids=()
cleanup() { for pid in "${pids[@]}" ${engine:-}; do kill "$pid" 2>/dev/null || true; done; }
trap cleanup EXIT

say "3/5 simulator with $events events of one day"
rm -rf $work
mkdir -p $work/devices.d
# A made-up key, made anew each time; yours goes into the device file in the same place.
key=jca_$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
$simulator --listen 127.0.0.1:0 --port-file $work/port --ca-out $work/ca.pem --organisation $organisation \
  --api-key "$key" --events "$events" --span 24h --delay-profile none >$work/simulator.log 2>&1 &
pids+=($!)
until [[ -s $work/port ]]; do
  kill -0 "${pids[0]}" 2>/dev/null || { cat $work/simulator.log >&2; exit 1; }
  sleep 0.2
done
url=https://127.0.0.1:$(<$work/port)

cat >$work/cce.json <<JSON
{
  "state_dir": "state",
  "devices_dir": "devices.d",
  "listen": "",
  "http": { "ca_file": "ca.pem" },
  "security": { "allow_private_hosts": true },
  "outputs": {
    "archive": { "type": "file", "directory": "events", "format": "ocsf", "rotate_size": "256MiB", "rotate_every": "1h" }
  }
}
JSON
(umask 077; printf '%s' "$key" >$work/secret_key)
cat >$work/devices.d/$device.json <<JSON
{
  "device_name": "$device",
  "access_id": "",
  "secret_key": { "file": "../secret_key" },
  "configuration": { "org_id": "$organisation", "base_url": "$url", "poll_interval": "2s", "start": "-25h" }
}
JSON
$cce check --config $work/cce.json

say "4/5 collect, with one SIGKILL in the middle"
peak_kib=0
# Files come, grow and are renamed while these look; what is missed now is seen the next time.
delivered_files() { find $work/events -name '*.ndjson*' ! -name '*.manifest.json*' 2>/dev/null || true; }
bytes_written() { { delivered_files | xargs -r stat -c %s 2>/dev/null || true; } | awk '{ s += $1 } END { printf "%d", s }'; }
note_memory() {
  local kib
  kib=$(awk '/^VmHWM:/ { print $2 }' "/proc/$1/status" 2>/dev/null || true)
  if [[ -n $kib && $kib -gt $peak_kib ]]; then peak_kib=$kib; fi
}
collect() { $cce run --config $work/cce.json --until-caught-up >>$work/cce.log 2>&1 & engine=$!; }

# An event and its OCSF line are close to 1 KiB and 2 KiB: a third of the way is where it dies.
kill_at=$((events * 600))
began=$(date +%s.%N)
collect
killed=
shown=$SECONDS
while kill -0 "$engine" 2>/dev/null; do
  note_memory "$engine"
  written=$(bytes_written)
  if [[ -z $killed && $written -gt $kill_at ]]; then
    kill -KILL "$engine" 2>/dev/null || true
    wait "$engine" 2>/dev/null || true
    killed=yes
    echo "   SIGKILL after $((written / 1048576)) MiB; starting it again"
    collect
  fi
  if ((SECONDS > shown)); then printf '   %d MiB written\n' $((written / 1048576)); shown=$SECONDS; fi
  sleep 0.05
done
code=0
wait "$engine" || code=$?
engine=
ended=$(date +%s.%N)
[[ $code -eq 0 ]] || { tail -20 $work/cce.log >&2; echo "quickstart: the engine ended with exit code $code" >&2; exit 1; }
[[ -n $killed ]] || echo "   (it was done before it could be killed: try a larger EVENTS)"

say "5/5 compare the files with the simulator's record"
curl -fsS --cacert $work/ca.pem "$url/_simulator/truth" >$work/truth.ndjson
curl -fsS --cacert $work/ca.pem "$url/_simulator/requests" >$work/requests.ndjson
verdict=0
$check --truth $work/truth.ndjson --requests $work/requests.ndjson --output $work/events >$work/verdict.txt || verdict=$?
figure() { awk -v name="$1" '$1 == name { print $2 }' $work/verdict.txt; }

echo "   three of the events, normalised:"
first=$(delivered_files | sort | head -1)
head -n 3 "$first"

echo
printf '%s %s\n' visible "$(figure visible)" delivered "$(figure delivered)" lost "$(figure lost)" doubled "$(figure doubled)"
awk -v n="$(figure delivered)" -v from="$began" -v to="$ended" 'BEGIN { printf "events_per_second %d\n", n / (to - from) }'
printf '%s %s\n' peak_rss_mib $((peak_kib / 1024)) files "$(figure files)"
echo
echo "wall time, installing and building included: $((SECONDS - started)) s"
if [[ $verdict -ne 0 ]]; then
  echo "quickstart: events are lost, doubled or unknown ($(figure unknown)), or manifests are false ($(figure false_manifests)); $work has everything to find out why" >&2
  exit 1
fi
cat <<TEXT

The events are in $work/events/$device, one JSON object a line.
For your own organisation copy $work/cce.json and $work/devices.d/$device.json, and
  - in the device file: your org_id; remove base_url (or name a region: us, eu, in), poll_interval and start; put your
    API key where secret_key points;
  - in cce.json: remove "http" and "security";
then: $cce check --config cce.json, and $cce run --config cce.json. README.md says how JumpCloud makes the key.
TEXT
