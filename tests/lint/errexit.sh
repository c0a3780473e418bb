#!/bin/sh
# Assertions that cannot fail: `set -e` ends a test neither for what stands behind a `!` nor for what stands before a `&&`. Two lines say it, or `if …; then exit 1; fi`.
set -u
cd "$(dirname "$0")/../.."
grep -rlIE '^set -e' tests | LC_ALL=C sort | xargs awk '
    FNR == 1 { strict = 0; shell = /^#!\/bin\/sh/ || FILENAME ~ /\.sh$/ }
    /^set -e/ { strict = shell }
    !strict || /\|\|/ || /&& *(exit|return|continue|break)/ { next }
    /^ *! / { print FILENAME ":" FNR ": set -e does not see what stands behind a !"; bad = 1 }
    /^ *(\[ .* \]|grep [^|]*|cmp [^|]*) && / { print FILENAME ":" FNR ": set -e does not see what stands before a &&"; bad = 1 }
    END { exit bad }'
