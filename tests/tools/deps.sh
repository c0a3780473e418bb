#!/bin/sh
# deps.sh build|check|real|bench|audit: installs the packages that building, testing, the laboratory of real programs or benchmarks need on Debian and Ubuntu;
# elsewhere says what is missing, by those packages' names. Nothing is asked and nothing is touched where all is there.
set -eu
what=${1:-build}
build="gcc make pkg-config libpcre2-dev libsqlite3-dev zlib1g-dev libjansson-dev libjudy-dev libyaml-dev libarchive-dev libzstd-dev liblzma-dev liblz4-dev nettle-dev"
check="python3 python3-jsonschema python3-yaml tzdata libcmocka-dev zip zstd xz-utils libxml2-utils"
real="containerd docker.io docker-registry nginx-light iproute2 openssl python3-grpcio slurmctld slurmd slurm-client podman runc catatonit busybox-static parallel"
bench="python3 valgrind ripgrep jq gzip zstd goaccess lnav"
audit="clang libclang-rt-dev clang-tidy cppcheck valgrind" # for make fuzz, tidy and memory; make check does without
more="chromium fonts-dejavu-core prometheus clang libclang-rt-dev python3-kubernetes" # in CI, where they can be had (Ubuntu's chromium is a snap): their tests say so and do with less without them
faster="libisal-dev" # inflates gzip twice as fast; without it zlib does
case $what in
build) want=$build more=$faster ;;
check) want="$build $check" more=$faster ;;
real) want=$real ;;
bench) want=$bench more="" ;;
audit) want="$build $check $audit" more="" ;;
*) echo "deps.sh build|check|real|bench|audit" >&2; exit 2 ;;
esac
apt() { command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1; }
have() { # package
    case $1 in gcc) command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 || command -v cc >/dev/null 2>&1; return ;; esac # any C compiler will do
    if apt; then [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; return; fi
    case $1 in # elsewhere by what it brings
    gcc) command -v cc ;;
    libpcre2-dev) pkg-config --exists libpcre2-8 ;;
    libsqlite3-dev) pkg-config --exists sqlite3 ;;
    zlib1g-dev) pkg-config --exists zlib ;;
    libyaml-dev) pkg-config --exists yaml-0.1 ;;
    nettle-dev) pkg-config --exists nettle ;;
    libjudy-dev) echo '#include <Judy.h>' | cc -x c -fsyntax-only - ;;
    lib*-dev) lib=${1%-dev} && { pkg-config --exists "$lib" || pkg-config --exists "${lib#lib}"; } ;;
    python3-jsonschema) python3 -c "import jsonschema" ;;
    python3-yaml) python3 -c "import yaml" ;;
    tzdata) [ -d /usr/share/zoneinfo ] ;;
    xz-utils) command -v xz ;;
    ripgrep) command -v rg ;;
    libxml2-utils) command -v xmllint ;;
    *) command -v "$1" ;;
    esac >/dev/null 2>&1
}
need=""
for p in $want; do have "$p" || need="$need $p"; done
# What the same is called elsewhere; - is there already. Debian, Fedora, Alpine, Homebrew.
called() {
    cat <<T
gcc gcc build-base -
make make make make
pkg-config pkgconf-pkg-config pkgconf pkgconf
libpcre2-dev pcre2-devel pcre2-dev pcre2
libsqlite3-dev sqlite-devel sqlite-dev sqlite
zlib1g-dev zlib-devel zlib-dev zlib
libjansson-dev jansson-devel jansson-dev jansson
libjudy-dev Judy-devel judy-dev judy
libyaml-dev libyaml-devel yaml-dev libyaml
libarchive-dev libarchive-devel libarchive-dev libarchive
libzstd-dev libzstd-devel zstd-dev zstd
liblzma-dev xz-devel xz-dev xz
liblz4-dev lz4-devel lz4-dev lz4
nettle-dev nettle-devel nettle-dev nettle
libcmocka-dev libcmocka-devel cmocka-dev cmocka
python3 python3 python3 python
python3-jsonschema python3-jsonschema py3-jsonschema -
xz-utils xz xz xz
libxml2-utils libxml2 libxml2-utils libxml2
T
}
if [ -n "$need" ] && ! apt; then
    like=$(uname -s) column=0 how=""
    [ ! -r /etc/os-release ] || like="$like $(sed -n 's/^ID\(_LIKE\)*=//p' /etc/os-release | tr -d '"' | tr '\n' ' ')"
    case " $like " in
    *fedora* | *rhel* | *centos*) column=2 how="dnf install" ;;
    *alpine*) column=3 how="apk add linux-headers" ;;
    *Darwin*) column=4 how="brew install" ;;
    esac
    if [ $column = 0 ]; then
        echo "This is no Debian, Fedora, Alpine or macOS: please install what these packages of Debian's bring, then run make again:" >&2
        echo " $need" >&2
        exit 1
    fi
    echo "Please install what is missing here, then run make again:" >&2
    echo "  $how$(for p in $need; do called | awk -v p="$p" -v c=$column '$1 == p { found = 1; if ($c != "-") printf " %s", $c } END { if (!found) printf " %s", p }'; done)" >&2
    [ $column != 4 ] || echo "  and name those that Homebrew keeps apart: export PKG_CONFIG_PATH=\$(brew --prefix sqlite)/lib/pkgconfig:\$(brew --prefix libarchive)/lib/pkgconfig" >&2
    exit 1
fi
# Microsoft's SARIF validator, where npm is and gives it: once, into build/npm. Its test says so where it is not there.
sarif=build/npm/node_modules/@microsoft/sarif-multitool-linux
if [ "$what" = check ] && [ ! -d $sarif ] && command -v npm >/dev/null 2>&1; then
    npm install --silent --no-audit --no-fund --prefix build/npm @microsoft/sarif-multitool-linux@5.7.0 >/dev/null 2>&1 || true
fi
# A browser's driver, axe, which looks at the HTML report for people who do not see or point, and mermaid, which draws the Markdown report's diagrams: pinned, the same way.
axe=build/npm-tests
if [ "$what" = check ] && ! cmp -s tests/npm/package-lock.json $axe/package-lock.json && command -v npm >/dev/null 2>&1; then
    mkdir -p $axe && cp tests/npm/package.json tests/npm/package-lock.json $axe/ && (cd $axe && npm ci --silent --no-audit --no-fund >/dev/null 2>&1) || true
fi
# DuckDB, a rival, of which Debian has no package: the library in its npm package, pinned.
duckdb=build/npm-bench
if [ "$what" = bench ] && ! cmp -s tests/bench/package-lock.json $duckdb/package-lock.json && command -v npm >/dev/null 2>&1; then
    mkdir -p $duckdb && cp tests/bench/package.json tests/bench/package-lock.json $duckdb/ && (cd $duckdb && npm ci --silent --no-audit --no-fund >/dev/null 2>&1) ||
        { rm -f $duckdb/package-lock.json && echo "DuckDB could not be installed: it is left out"; }
fi
for p in $more; do have "$p" || need="$need $p?"; done
[ -z "$need" ] && exit 0
sudo=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "Not root, and no sudo here. As root: apt-get install$need" | tr -d '?' >&2; exit 1; }
    sudo=sudo
    [ -t 0 ] || sudo -n true 2>/dev/null || { echo "Not root, and sudo asks for a password where there is no terminal. As root: apt-get install$need" | tr -d '?' >&2; exit 1; }
fi
echo "Installing:$need" | tr -d '?'
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; }
$sudo apt-get update -qq >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
must=""
for p in $need; do
    case $p in
    *\?) install "${p%?}" >"$log" 2>&1 || echo "${p%?} could not be installed here: its tests do without" ;;
    *) must="$must $p" ;;
    esac
done
# Of Prometheus only its tools are wanted: the service that the package starts is stopped again.
case $need in *prometheus*) command -v systemctl >/dev/null 2>&1 && $sudo systemctl disable --now prometheus >/dev/null 2>&1 || true ;; esac
[ -z "$must" ] && exit 0
# shellcheck disable=SC2086 -- the list is words
install $must >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
