#!/usr/bin/env bash
# What `cmake --install` puts in place, and that it works from there. Arguments: cmake, the build folder.
set -euo pipefail
cmake=$1 build=$2
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
DESTDIR=$root "$cmake" --install "$build" >/dev/null

for file in usr/bin/cce usr/lib/systemd/system/cce.service usr/lib/sysusers.d/cce.conf \
            usr/share/cce/schemas/conf/cce.schema.json usr/share/cce/schemas/conf/device.schema.json \
            usr/share/cce/schemas/outputs/file/file.schema.json \
            usr/share/cce/schemas/outputs/kafka/kafka.schema.json \
            usr/share/cce/schemas/outputs/syslog/syslog.schema.json \
            usr/share/cce/schemas/parsers/jumpcloud/jumpcloud.schema.json \
            usr/share/cce/schemas/parsers/jumpcloud/event_types.schema.json etc/cce/event_types.json.example \
            etc/cce/cce.json.example etc/cce/devices.d/acme.json.example; do
  [[ -s $root/$file ]] || { echo "not installed: $file" >&2; exit 1; }
done
grep -q '^ExecStart=/usr/bin/cce run ' "$root/usr/lib/systemd/system/cce.service" ||
  { echo "the unit does not start /usr/bin/cce" >&2; exit 1; }

cp "$root/etc/cce/cce.json.example" "$root/etc/cce/cce.json"
cp "$root/etc/cce/devices.d/acme.json.example" "$root/etc/cce/devices.d/acme.json"
mkdir "$root/credentials"
echo jca_0123456789 >"$root/credentials/acme"
CREDENTIALS_DIRECTORY=$root/credentials "$root/usr/bin/cce" check --config "$root/etc/cce/cce.json"
"$root/usr/bin/cce" --version
