#!/bin/sh
# Runs every test, or those whose name starts with $1. Prints one line a failure and ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/.."
only=${1:-}
BUILD=${BUILD:-build}
export BUILD PM=$PWD/$BUILD/pullmortem
passed=0 failed=0
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT INT TERM
run() { # name command...
    name=$1; shift
    case $name in "$only"*) ;; *) return ;; esac
    if "$@" >"$logs/log" 2>&1; then passed=$((passed + 1))
    else failed=$((failed + 1)); echo "FAIL $name"; tail -n 40 "$logs/log" | sed 's/^/    /'; fi
}
for t in "$BUILD"/unit/test_*; do case $t in *.d) continue ;; esac; [ -x "$t" ] && run "unit/$(basename "$t")" "$t"; done
[ -x "$PM" ] && run rules/check "$PM" rules check
[ -x "$PM" ] && run rules/test "$PM" rules test
for t in tests/cli/*.sh; do [ -f "$t" ] && run "cli/$(basename "$t" .sh)" sh "$t"; done
for t in tests/suites/*; do [ -f "$t" ] && run "suite/$(basename "$t")" "$t"; done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
