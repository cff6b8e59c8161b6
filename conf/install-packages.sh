#!/usr/bin/env bash
# Installs what CCE is built and tested with, and the packages named as arguments, from Debian 12 or 13 alone. Does
# nothing where all is there.
set -euo pipefail

packages=(
  ca-certificates ccache cmake curl g++ git ninja-build pkg-config
  libabsl-dev libbenchmark-dev libcli11-dev libcurl4-openssl-dev libgmock-dev libgtest-dev librdkafka-dev
  libsimdjson-dev libsodium-dev libspdlog-dev libsqlite3-dev libssl-dev libvalijson-dev libzstd-dev
  nlohmann-json3-dev prometheus-cpp-dev zlib1g-dev zstd
)
# Debian 12 has Boost 1.81 beside its default of 1.74; Debian 13's default is 1.83.
case "$(. /etc/os-release && echo "${VERSION_ID:-}")" in
  12) packages+=(libboost1.81-dev) ;;
  *) packages+=(libboost-dev) ;;
esac
packages+=("$@")

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || { echo "install-packages: run as root, or install sudo, to get: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo env DEBIAN_FRONTEND=noninteractive)
fi
echo "installing ${#missing[@]} packages: ${missing[*]}"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
if ! { "${as_root[@]}" apt-get update -qq &&
       "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -20 "$log" >&2
  echo "install-packages: apt-get failed (above); its whole output is in $log" >&2
  exit 1
fi
rm -f "$log"
