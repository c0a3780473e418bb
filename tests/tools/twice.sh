# Two copies of the sources in two folders give the same binary. Built without optimisation, which is fastest; folders' names would show all the same.
set -eu
cd "$(dirname "$0")/../.."
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
for name in one another/with/a/longer/name; do
    mkdir -p "$top/$name"
    tar --exclude=./build --exclude=./build-* --exclude=./.git -cf - . | tar -xf - -C "$top/$name"
    make --no-print-directory -C "$top/$name" OPT=-O0 MAKELEVEL=0 all >"$top/log" 2>&1 || { tail -5 "$top/log"; exit 1; }
done
cmp "$top/one/build/pullmortem" "$top/another/with/a/longer/name/build/pullmortem"
if grep -aq "$top" "$top/one/build/pullmortem"; then
    echo "the folder's name is in the binary"
    exit 1
fi
