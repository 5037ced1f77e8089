#!/usr/bin/env bash
# install_packages.sh PACKAGE...: installs those Debian packages that are not there, as root or with sudo.
set -euo pipefail

if ! command -v apt-get > /dev/null; then
  echo "no apt-get here: these are assumed to be installed: $*"
  exit 0
fi
missing=()
for package in "$@"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2> /dev/null || true)
  if [ "$state" != installed ]; then missing+=("$package"); fi
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo > /dev/null; then
    echo "missing, and neither root nor sudo to install them: ${missing[*]}" >&2
    exit 1
  fi
  root=sudo
fi
echo "installing ${missing[*]}"
$root apt-get update -qq
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" < /dev/null
