#!/bin/sh
# tidy.sh [FILE...]: clang-tidy (bugprone-*, cert-*) and cppcheck over the program. What is silenced, and why, is .clang-tidy and the list below.
set -u
cd "$(dirname "$0")/../.."
bad=0
files=${*:-$(find analyzer parsers -name '*.c' | LC_ALL=C sort)}
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 -I. -Iinclude -Ianalyzer -Ibuild/gen"
if command -v clang-tidy >/dev/null 2>&1; then
    # shellcheck disable=SC2086 -- words
    echo $files | tr ' ' '\n' | xargs -P "$(nproc)" -n 8 sh -c 'clang-tidy --quiet --config-file=tests/lint/tidy.yaml --warnings-as-errors="*" "$@" -- '"$flags"' 2>&1' tidy | grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed|^Use -header' | grep . && bad=1
else echo "NOT RUN: clang-tidy is not here (tests/tools/deps.sh audit)"; fi
if command -v cppcheck >/dev/null 2>&1; then
    # jansson's loops, in words that cppcheck reads
    mkdir -p build && printf '%s\n' '#define json_array_foreach(list, i, v) for (i = 0; (v = json_array_get(list, i)); i++)' \
        '#define json_object_foreach(o, k, v) while ((v = json_object_get(o, k)))' >build/cppcheck.h
    # shellcheck disable=SC2086 -- words
    cppcheck -q -j "$(nproc)" --std=c11 --language=c --enable=warning,portability --error-exitcode=1 --inline-suppr --suppressions-list=tests/lint/cppcheck.txt --include=build/cppcheck.h \
        -Iinclude -Ianalyzer -I. $files 2>&1 || bad=1
else echo "NOT RUN: cppcheck is not here (tests/tools/deps.sh audit)"; fi
exit $bad
