#!/bin/sh
# deb.sh PREFIX-TREE OUT.deb VERSION: Debian packages of what `make install DESTDIR=TREE PREFIX=/usr` put there: the program, and its debug info as
# pullmortem-dbgsym beside it. No debhelper: what a package is made of is few files, and they stand here. Depends are what dpkg-shlibdeps finds in the binary. The
# same tree gives the same bytes.
set -eu
tree=$1 out=$2 version=$3
for tool in dpkg-deb dpkg-shlibdeps; do
    command -v $tool >/dev/null 2>&1 || { echo "make deb needs $tool (package dpkg-dev)" >&2; exit 1; }
done
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Makefile)}"
export SOURCE_DATE_EPOCH
arch=$(dpkg --print-architecture)
maintainer='pullmortem <maintainers@pullmortem.invalid>'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pack() { # TREE OUT: control is written
    (cd "$1" && find usr -type f | LC_ALL=C sort | xargs md5sum >DEBIAN/md5sums)
    find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    find "$1" -type d -exec chmod 755 {} +
    dpkg-deb --root-owner-group -b "$1" "$2" >/dev/null
    echo "$2"
}

symbols=$work/symbols id=""
if [ -d "$tree/usr/lib/debug" ]; then
    mkdir -p "$symbols/usr/lib" "$symbols/DEBIAN"
    mv "$tree/usr/lib/debug" "$symbols/usr/lib/debug"
    rmdir "$tree/usr/lib"
    id=$(cd "$symbols/usr/lib/debug/.build-id" && find . -name '*.debug' | sed 's|^\./||; s|/||; s|\.debug$||')
fi

doc=$tree/usr/share/doc/pullmortem
mkdir -p "$tree/DEBIAN" "$doc"
# shlibdeps wants a source package around it.
mkdir -p "$work/debian"
printf 'Source: pullmortem\nPackage: pullmortem\n' >"$work/debian/control"
binary=$(cd "$tree" && pwd)/usr/bin/pullmortem
depends=$(cd "$work" && dpkg-shlibdeps -O "$binary" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
cat >"$doc/copyright" <<C
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: pullmortem

Files: *
Copyright: 2026 the pullmortem authors
License: Apache-2.0
 On Debian systems, the full text of the Apache License 2.0 is in
 /usr/share/common-licenses/Apache-2.0.
C
printf 'pullmortem (%s) unstable; urgency=medium\n\n  * Release %s; README.md tells the changes.\n\n -- %s  %s\n' \
    "$version" "$version" "$maintainer" "$(LC_ALL=C date -u -d "@$SOURCE_DATE_EPOCH" '+%a, %d %b %Y %H:%M:%S +0000')" | gzip -9n >"$doc/changelog.gz"
find "$tree/usr/share/man" -name '*.1' -exec gzip -9n {} +
chmod 755 "$tree/usr/share/pullmortem/collect.sh"
cat >"$tree/DEBIAN/control" <<C
Package: pullmortem
Version: $version
Section: admin
Priority: optional
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(du -sk "$tree/usr" | cut -f1)
Depends: $depends
Recommends: tzdata
Description: what happened when container images would not pull
 pullmortem reads the logs collected after container images would not pull
 (kubelet, containerd, CRI-O, Docker, registries, proxies, kubectl's dumps) and
 says which incident it was, its root cause, who was hit, how the registry's
 quota was spent, and what to do. It runs offline, in one command.
C
pack "$tree" "$out"

[ -n "$id" ] || exit 0
mkdir -p "$symbols/usr/share/doc"
ln -s pullmortem "$symbols/usr/share/doc/pullmortem-dbgsym"
cat >"$symbols/DEBIAN/control" <<C
Package: pullmortem-dbgsym
Source: pullmortem
Version: $version
Auto-Built-Package: debug-symbols
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(du -sk "$symbols/usr" | cut -f1)
Depends: pullmortem (= $version)
Section: debug
Priority: optional
Description: debug symbols for pullmortem
Build-Ids: $id
C
pack "$symbols" "$(dirname "$out")/pullmortem-dbgsym_${version}_$arch.deb"
