#!/bin/sh
# Every parser and envelope has cases of its own in testdata/parsers/<name>/.
set -u
cd "$(dirname "$0")/../.."
bad=0
for name in $(sed -n 's/^ *\.name = "\([^"]*\)",.*/\1/p' parsers/*/*.c | LC_ALL=C sort -u); do
    ls testdata/parsers/"$name"/*.log >/dev/null 2>&1 || { echo "testdata/parsers/$name/ holds no case"; bad=1; }
done
exit $bad
