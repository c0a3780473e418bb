#!/bin/sh
# inputs.sh BINARY: feeds every input of testdata/ to a (sanitized) binary. Anything but the documented exit statuses, or a sanitizer's report, fails.
set -u
bin=$1 bad=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
fed() { # what command...
    what=$1; shift
    "$@" >/dev/null 2>"$log"
    rc=$?
    if [ $rc != 0 ] && [ $rc != 3 ] || grep -qE 'Sanitizer|runtime error' "$log"; then
        echo "$what: exit $rc"; head -n 20 "$log"; bad=1
    fi
}
for f in $(find testdata/parsers -name '*.log' | LC_ALL=C sort); do fed "$f" "$bin" explain --format json "$f"; done
for f in testdata/hostile/* testdata/bundles/*; do
    case $f in *docker-hub-limits-2020|*hangs-2020) continue ;; esac # the large ones say nothing new here
    for format in json text html markdown; do fed "$f ($format)" "$bin" analyze "$f" --format $format -o /dev/null; done
done
exit $bad
