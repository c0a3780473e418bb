#!/bin/sh
# A parser, envelope, renderer or command that the generated lists do not find would be dead without a word: in a folder that is not looked at, under a name or in a
# spelling that tests/tools/lists.sh does not see, or twice.
set -u
cd "$(dirname "$0")/../.."
lists=$(sh tests/tools/lists.sh) || exit 1
bad=0
places=$(grep -rnE '^ *(static )?(const )?struct pm_(parser|client|envelope|renderer|command)( +[a-zA-Z0-9_]+ *=.*)? *$' analyzer parsers --include='*.c' | grep -vE '\*|\(|;$|= \{0\}')
found=$(printf '%s\n' "$places" | sed 's/^\([^:]*\):\([0-9]*\):.*struct pm_[a-z]* *\([a-zA-Z0-9_]*\).*/\1:\2 \3/')
while read -r where name; do
    [ -n "$where" ] || continue
    printf '%s\n' "$lists" | grep -q "^    &$name,$" && continue
    echo "$where: the lists do not find this descriptor: write \`const struct pm_KIND pm_KIND_NAME = {\` on one line, in parsers/<room>/, parsers/envelopes/, analyzer/report/ or analyzer/cli/cmd_*.c"
    bad=1
done <<F
$found
F
for f in analyzer/cli/cmd_*.c; do grep -q '^const struct pm_command pm_command_' "$f" || { echo "$f: no command is in it"; bad=1; }; done
# Two of one kind and name: only the first would ever be chosen.
for kind in 'pm_parser' 'pm_envelope' 'pm_renderer' 'pm_command'; do
    twice=$(grep -rlE "^const struct $kind ${kind}_" analyzer parsers --include='*.c' | LC_ALL=C sort |
        xargs awk -v kind="$kind" 'FNR == 1 { in_it = 0 } index($0, "const struct " kind " ") == 1 { in_it = 1 } in_it && match($0, /\.name = "[^"]*"/) { print substr($0, RSTART + 9, RLENGTH - 10), FILENAME; in_it = 0 }' |
        LC_ALL=C sort | awk '$1 == last { print $2 ": a second " $1 } { last = $1 }')
    [ -z "$twice" ] || { echo "$twice"; bad=1; }
done
exit $bad
