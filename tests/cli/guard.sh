# What the commands give up at their start holds to their end: files outside of the outputs' folders, and the network. A library that is preloaded tries
# it as the program ends. Nothing is shown where the kernel has no landlock, the build is not an optimized one, or the tree stands below /tmp.
tree=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/common.inc"
given=$("$PM" version -v | sed -n 's/^given up *//p')
case $given in *"files only"*network* | *network*"files only"*) ;; *) echo "NOT RUN: given up here: $given"; exit 0 ;; esac
case $tree in /tmp/* | /var/tmp/* | /dev/*) echo "NOT RUN: files below $tree may be written anyway"; exit 0 ;; esac
${CC:-cc} -shared -fPIC -o shim.so "$tree/tests/tools/outside.c" 2>/dev/null || { echo "NOT RUN: no compiler that makes a library"; exit 0; }
bundle b
"$PM" ingest b --db t.db 2>/dev/null
tries() { # command...: it ends as it should, and could not do what it gave up
    rm -f "$tree/build/outside.$$"
    OUTSIDE="$tree/build/outside.$$" LD_PRELOAD=$PWD/shim.so "$PM" "$@" >out 2>err </dev/null
    grep -q 'outside: tried' err || wrong "$1: nothing was tried: $(cat err)"
    grep -q 'outside:.* was' err && wrong "$*: $(cat err)"
    rm -f "$tree/build/outside.$$"
}
tries analyze b -o r.json --db a.db
tries ingest b --db i.db
tries report t.db -o r.txt
tries gate b t.db --junit j.xml
tries merge t.db --db m.db
tries compare b t.db -o c.md
tries query t.db "SELECT count(*) FROM pulls"
for f in r.json a.db i.db r.txt j.xml m.db c.md; do [ -s $f ] || wrong "$f was not written"; done
# The shim does what it says: without the program's guard the file is there.
OUTSIDE=$PWD/free LD_PRELOAD=$PWD/shim.so env true 2>err
has err 'free was written'
exit $failed
