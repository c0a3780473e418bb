#!/bin/sh
# What clang sees and gcc does not: a comma that does two things, a width that changes without a name. clang.txt says how many a file has yet: more fail.
set -u
cd "$(dirname "$0")/../.."
command -v clang >/dev/null 2>&1 || { echo "NOT RUN: no clang is here: -Wcomma and -Wconversion were not looked at"; exit 0; }
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 -Iinclude -Ianalyzer -I. -I${BUILD:-build}/gen $(pkg-config --cflags jansson libpcre2-8 libarchive yaml-0.1 sqlite3 2>/dev/null)"
said=$(mktemp)
trap 'rm -f "$said"' EXIT
# The flags are words.
# shellcheck disable=SC2086
find analyzer parsers -name '*.c' | LC_ALL=C sort | xargs -n 50 clang $flags -fsyntax-only -Wcomma -Wconversion -Wno-sign-conversion 2>&1 | grep -E 'warning:|error:' | LC_ALL=C sort -u >"$said"
awk 'NR == FNR { if ($1 !~ /^#/) may[$1] = $2; next }
    { split($0, part, ":"); n[part[1]]++; line[part[1]] = line[part[1]] $0 "\n" }
    END { for (f in n) if (n[f] > may[f] + 0) { printf "%s%s: %d places, %d may be\n", line[f], f, n[f], may[f] + 0; bad = 1 } exit bad }' tests/lint/clang.txt "$said"
