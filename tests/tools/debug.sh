#!/bin/sh
# debug.sh put BINARY ROOT: what debuggers want of BINARY, into ROOT/.build-id/xx/yy.debug, where gdb and others look for it by the binary's build id (ROOT is
# /usr/lib/debug, or a debug-file-directory). debug.sh drop BINARY ROOT takes it away again. Without binutils, or a build id, nothing is done.
set -eu
what=$1 binary=$2 root=$3
command -v readelf >/dev/null 2>&1 && command -v objcopy >/dev/null 2>&1 || exit 0
[ -f "$binary" ] || exit 0
if [ "$what" = put ] && ! readelf -SW "$binary" | grep -q "\.debug_info"; then exit 0; fi
id=$(readelf -n "$binary" 2>/dev/null | sed -n 's/.*Build ID: *//p')
[ -n "$id" ] || exit 0
rest=${id#??}
file=$root/.build-id/${id%"$rest"}/$rest.debug
case $what in
put)
    mkdir -p "${file%/*}"
    objcopy --only-keep-debug --compress-debug-sections "$binary" "$file"
    chmod 644 "$file"
    ;;
drop)
    rm -f "$file"
    rmdir -p "${file%/*}" 2>/dev/null || true
    ;;
*) echo "debug.sh put|drop BINARY ROOT" >&2; exit 2 ;;
esac
