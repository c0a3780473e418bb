#!/bin/sh
# Runs every test, or those whose name starts with $1. Prints one line a failure and ends with "N passed, N failed".
# With CI set it also builds with sanitizers and runs the unit tests and all inputs there, and provokes failures in real programs.
set -u
cd "$(dirname "$0")/.."
only=${1:-}
BUILD=${BUILD:-build}
PULLMORTEM_RECKON=1 # every report that a test asks for must add up (analyzer/judge/reckon.c)
export PULLMORTEM_RECKON BUILD PM="$PWD/$BUILD/pullmortem"
passed=0 failed=0 skipped=0
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT INT TERM
run() { # name command...
    name=$1; shift
    case $name in "$only"*) ;; *) return ;; esac
    if "$@" >"$logs/log" 2>&1; then
        passed=$((passed + 1))
        # What a test could not do here it says in a line of its own: told at the end, and never counted as passed.
        sed -n "s|^NOT RUN: |not run: $name: |p" "$logs/log" >>"$logs/not-run"
        [ "$(grep -c '^NOT RUN: ' "$logs/log")" = 0 ] || skipped=$((skipped + $(grep -c '^NOT RUN: ' "$logs/log")))
    else failed=$((failed + 1)); echo "FAIL $name"; tail -n 40 "$logs/log" | sed 's/^/    /'; fi
}
units() { # folder prefix
    for t in "$1"/unit/test_*; do case $t in *.d) ;; *) run "$2/$(basename "$t")" "$t" ;; esac; done
}
units "$BUILD" unit
for l in tests/lint/*.sh; do run "lint/$(basename "$l" .sh)" sh "$l"; done
run rules/check "$PM" rules check
run rules/test "$PM" rules test
for t in tests/cli/*.sh; do run "cli/$(basename "$t" .sh)" sh "$t"; done
for t in tests/suites/*; do run "suite/$(basename "$t")" "$t"; done
if [ -n "${CI:-}" ]; then
    # clang's sanitizers with coverage, so that one build is also libFuzzer's; gcc's where there is no clang, or one without its runtime (a package of its own).
    if echo 'int main(void) { return 0; }' | clang -x c -fsanitize=address,undefined,fuzzer-no-link -o "$logs/sanitized" - 2>/dev/null; then san="CC=clang SAN=address,undefined,fuzzer-no-link LIBFUZZER=1" SANBUILD=build/san-address-undefined-fuzzer-no-link
    else san="SAN=address,undefined" SANBUILD=build/san-address-undefined; fi
    # shellcheck disable=SC2086 -- the settings are words
    run san/build make --no-print-directory $san OPT=-O1 all unit-bins
    units $SANBUILD san
    run san/times env TIMES=all PM="$PWD/$SANBUILD/pullmortem" tests/suites/times
    run san/inputs sh tests/tools/inputs.sh $SANBUILD/pullmortem
    case $san in *clang*) run san/fuzz env BUILD=$SANBUILD LIBFUZZER=$SANBUILD/fuzz tests/suites/fuzz ;;
    *) run san/fuzz sh -c "BUILD=$SANBUILD tests/suites/fuzz && echo 'NOT RUN: libFuzzer needs clang and its runtime; the fixed round was run'" ;; esac
    run build/twice sh tests/tools/twice.sh
    run real/programs python3 tests/real/check_real.py
fi
[ ! -s "$logs/not-run" ] || cat "$logs/not-run"
if [ "$skipped" = 0 ]; then echo "$passed passed, $failed failed"; else echo "$passed passed, $failed failed, $skipped skipped"; fi
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
