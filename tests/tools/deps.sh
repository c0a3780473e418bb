#!/bin/sh
# deps.sh build|check: installs the packages that building (and testing) needs on Debian and Ubuntu; elsewhere names them.
set -eu
build="gcc make pkg-config libpcre2-dev libsqlite3-dev zlib1g-dev libjansson-dev libjudy-dev libyaml-dev libarchive-dev libzstd-dev liblzma-dev liblz4-dev"
check="clang clang-format python3 libcmocka-dev xz-utils zstd zip"
want=$build
[ "${1:-build}" = check ] && want="$build $check"
have() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }
if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
    for tool in cc pkg-config; do command -v $tool >/dev/null 2>&1 || missing=1; done
    pkg-config --exists libpcre2-8 sqlite3 zlib jansson yaml-0.1 libarchive libzstd liblzma liblz4 2>/dev/null || missing=1
    [ -z "${missing:-}" ] && exit 0
    echo "This is no Debian or Ubuntu: please install the equivalents of these packages, then run make again:" >&2
    echo "  $want" >&2
    exit 1
fi
need=""
for p in $want; do have "$p" || need="$need $p"; done
[ -z "$need" ] && exit 0
echo "Installing:$need"
sudo=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "Not root and no sudo here. As root: apt-get install$need" >&2; exit 1; }
    sudo=sudo
fi
$sudo apt-get update -qq
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $need >/dev/null
