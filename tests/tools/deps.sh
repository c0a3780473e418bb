#!/bin/sh
# deps.sh build|check|real: installs the packages that building, testing, or the laboratory of real programs needs on Debian and Ubuntu; elsewhere names them.
set -eu
build="gcc make pkg-config libpcre2-dev libsqlite3-dev zlib1g-dev libjansson-dev libjudy-dev libyaml-dev libarchive-dev libzstd-dev liblzma-dev liblz4-dev"
check="python3 libcmocka-dev zip zstd xz-utils"
real="containerd docker.io docker-registry nginx-light iproute2 openssl python3-grpcio"
case ${1:-build} in
build) want=$build ;;
check) want="$build $check" ;;
real) want=$real ;;
esac
have() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
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
# Used where it can be had: its test says so and passes without it.
extra=""
if [ "${1:-build}" = check ] && ! command -v promtool >/dev/null 2>&1 && ! have prometheus; then extra=prometheus; fi
[ -z "$need$extra" ] && exit 0
echo "Installing:$need $extra"
sudo=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "Not root, and no sudo here. As root: apt-get install$need" >&2; exit 1; }
    sudo=sudo
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 -- the list is words
install() { $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; }
{ $sudo apt-get update -qq && { [ -z "$need" ] || install $need; }; } >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
[ -z "$extra" ] && exit 0
install $extra >"$log" 2>&1 || { echo "$extra could not be installed: what needs it is skipped" >&2; exit 0; }
# Only its tools are wanted: the service that the package starts is stopped again.
if command -v systemctl >/dev/null 2>&1; then $sudo systemctl disable --now $extra >/dev/null 2>&1 || true; fi
