#!/bin/sh
# memory.sh [UNIT...]: the unit tests and a few bundles under valgrind: nothing is read that was not written, nothing behind its end, and nothing is lost.
# Rules are compiled by PCRE2, whose machine code valgrind does not know: PULLMORTEM builds without it are not made for that, it is only slow.
set -u
cd "$(dirname "$0")/../.."
command -v valgrind >/dev/null 2>&1 || { echo "NOT RUN: valgrind is not here (tests/tools/deps.sh audit)"; exit 0; }
build=${BUILD:-build} bad=0
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
under() { # what statuses command...
    what=$1 good=$2
    shift 2
    valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite --trace-children=no "$@" >"$log/out" 2>&1
    rc=$?
    case " $good " in *" $rc "*) ;; *) echo "$what: ended with $rc"; grep -a '^==' "$log/out" | head -25; bad=1 ;; esac
}
# test_examples and test_parsers run all samples: an hour under valgrind. The sanitizer round has them.
for t in ${*:-$(ls "$build"/unit/test_* | grep -vE '\.d$|test_(examples|parsers|sentences|ruleset|quota|node)$')}; do under "$(basename "$t")" 0 "$t"; done
[ $# = 0 ] || exit $bad
for b in testdata/hostile/cut.tar testdata/hostile/aliases.yaml testdata/hostile/bad-bytes.log testdata/hostile/nested.tar.gz testdata/bundles/demo-hub-quota/input.tar.gz; do
    under "$b" "0 3" "$build/pullmortem" analyze "$b" -j2 -q -o "$log/r.json" -o "$log/r.html" -o "$log/r.md" -o "$log/r.txt" --db "$log/t.db"
    under "$b (report)" 0 "$build/pullmortem" report "$log/t.db" -q -o "$log/r2.json"
    under "$b (gate)" "0 1 3" "$build/pullmortem" gate "$b" --junit "$log/j.xml" --sarif "$log/s.sarif"
done
exit $bad
