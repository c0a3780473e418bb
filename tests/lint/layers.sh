#!/bin/sh
# Include directions, by the table in rooms.txt. Only analyzer/timeline/ sees sqlite3.h.
set -u
cd "$(dirname "$0")/../.."
bad=0
rooms() { # path, allowed headers: the table's variables are filled in
    awk '/^\$/ { name = $1; sub(/^\$[a-z]+ = /, ""); value[name] = $0; next }
        /^[a-z]/ { path = $1; at = match($0, /  *[^ ]+ *$/); allowed = substr($0, at); gsub(/ /, "", allowed)
            for (again = 0; again < 4; again++) for (n in value) while ((i = index(allowed, n)) > 0)
                allowed = substr(allowed, 1, i - 1) value[n] substr(allowed, i + length(n))
            print path, allowed }' tests/lint/rooms.txt
}
rooms >"${TMPDIR:-/tmp}/rooms.$$"
trap 'rm -f "${TMPDIR:-/tmp}/rooms.$$"' EXIT
for f in $(find analyzer parsers -name '*.[ch]' | LC_ALL=C sort); do
    row=$(awk -v f="$f" 'index(f, $1) == 1 && length($1) > n { n = length($1); row = $0 } END { print row }' "${TMPDIR:-/tmp}/rooms.$$")
    [ -n "$row" ] || { echo "$f is in no room of tests/lint/rooms.txt"; bad=1; continue; }
    room=${row%% *} allowed=${row#* }
    for inc in $(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$f"); do
        # a name without a folder is a neighbour's header
        case $inc in */*) ;; *) [ -f "$(dirname "$f")/$inc" ] && continue ;; esac
        echo "$inc" | grep -Eqx "$allowed" || { echo "$f includes \"$inc\": not allowed from $room"; bad=1; }
    done
    case $room in analyzer/timeline) ;; *) grep -q '#include <sqlite3.h>' "$f" && { echo "$f includes sqlite3.h: only analyzer/timeline may"; bad=1; } ;; esac
done
exit $bad
