#!/usr/bin/env bash
# Unpacks Debian packages, and what they depend on and this machine does not have, into a folder instead of installing
# them: no service of theirs starts, and nothing of the system changes. Does nothing where all of them are there.
#
#   bash conf/unpack-packages.sh FOLDER PACKAGE...
set -euo pipefail

folder=$1
shift
[[ "$(cat "$folder/packages" 2>/dev/null)" == "$*" ]] && exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || { echo "unpack-packages: run as root, or install sudo, to get: $*" >&2; exit 1; }
  as_root=(sudo)
fi
debs=$(mktemp -d)
chmod 755 "$debs"  # apt's own user reads it
trap '"${as_root[@]}" rm -rf "$debs"' EXIT
mkdir "$debs/partial"
{ "${as_root[@]}" apt-get update -qq &&
  "${as_root[@]}" apt-get install -y -qq --reinstall --no-install-recommends --download-only \
    -o Dir::Cache::archives="$debs" "$@"; } >"$debs/log" 2>&1 || { tail -3 "$debs/log" >&2; exit 1; }
rm -rf "$folder"
mkdir -p "$folder"
for package in "$debs"/*.deb; do dpkg -x "$package" "$folder"; done
printf '%s\n' "$*" >"$folder/packages"
