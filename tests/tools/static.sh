#!/bin/sh
# static.sh PACKAGE...: the linker's words for these pkg-config packages, with as much of them inside the program as there is: `-static-pie` where every library has
# an archive (and so has libc), else archives for those that have one with all that it needs, and the others shared. Says on stderr which those are.
set -u
CC=${CC:-cc}
archive() { f=$($CC -print-file-name="lib$1.a") && [ "$f" != "lib$1.a" ] && [ -e "$f" ]; }
linkable() { for end in so a; do f=$($CC -print-file-name="lib$1.$end"); [ "$f" != "lib$1.$end" ] && [ -e "$f" ] && return 0; done; return 1; }
names() { for word in "$@"; do case $word in -l*) echo "${word#-l}" ;; esac; done; }
# Whole: everything, down to libc.
all=$(pkg-config --static --libs "$@") && lacks=""
# The libraries are words, here and below.
# shellcheck disable=SC2086
for l in $(names $all) Judy m c; do archive "$l" || lacks="$lacks $l"; done
# libarchive's archive may need what pkg-config does not name (libxml2's ICU): a program that calls it shows.
probe='#include <archive.h>
int main(void) { return archive_read_support_format_all(0) + archive_read_support_filter_all(0); }'
links() { # inside outside: what is not in yet is shared
    # shellcheck disable=SC2086
    echo "$probe" | $CC -x c -pie -o /dev/null - -Wl,-Bstatic -Wl,--start-group $1 -Wl,--end-group -Wl,-Bdynamic $2 $all -lpthread -lm 2>/dev/null
}
# shellcheck disable=SC2086
if [ -z "$lacks" ] && echo "$probe" | $CC -x c -static-pie -o /dev/null - $all -lJudy -lpthread -lm 2>/dev/null; then
    echo "-static-pie $all -lJudy -lpthread -lm"
    exit 0
fi
inside="" outside="" shared=""
for package in "$@"; do
    # shellcheck disable=SC2046
    own=$(names $(pkg-config --libs "$package")) needs=$(names $(pkg-config --static --libs "$package")) missing=""
    for l in $own; do archive "$l" || missing="$missing lib$l.a"; done
    for l in $needs; do case $l in m | dl | pthread | c) ;; *) archive "$l" || linkable "$l" || missing="$missing lib$l" ;; esac; done
    if [ -n "$missing" ]; then
        outside="$outside $(pkg-config --libs "$package")"
        shared="$shared $package (no$missing)"
        continue
    fi
    inside="$inside $(for l in $own; do printf ' -l%s' "$l"; done)"
    # What an archive needs besides is inside, too, where it links so; else it is shared itself.
    for l in $needs; do
        case " $(echo $own) m dl pthread " in *" $l "*) continue ;; esac
        if archive "$l" && links "$inside -l$l" "$outside"; then inside="$inside -l$l"; else outside="$outside -l$l"; fi
    done
done
if archive Judy; then inside="$inside -lJudy"; else outside="$outside -lJudy"; shared="$shared Judy"; fi
needed=$(for word in $outside; do case " $inside " in *" $word "*) ;; *) echo "$word" ;; esac; done | awk '!seen[$0]++')
echo "static: shared stay libc$(echo "$shared" | sed 's/) /), /g; s/^ /, /')" >&2
echo "-Wl,-Bstatic -Wl,--start-group $inside -Wl,--end-group -Wl,-Bdynamic $(echo $needed) -lpthread -lm"
