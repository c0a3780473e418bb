#!/bin/sh
# Each header compiles alone, and names what it needs.
set -u
cd "$(dirname "$0")/../.."
bad=0
for h in $(find include analyzer parsers -name '*.h' | LC_ALL=C sort); do
    printf '#include "%s"\n' "$(pwd)/$h" | ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wno-unused-function -Werror -I. -Iinclude -Ianalyzer -x c -fsyntax-only - || { echo "$h does not compile alone"; bad=1; }
done
exit $bad
