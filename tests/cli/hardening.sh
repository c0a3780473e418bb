# What the build asks of compiler and linker is in the binary: position independent, relocations read-only and bound at once, canaries, checked functions.
set -u
cd "$(dirname "$0")/../.." || exit 1
failed=0
case ${BUILD:-build} in *san*) exit 0 ;; esac # sanitizers bring checks of their own
command -v readelf >/dev/null || { echo "NOT RUN: readelf is not here"; exit 0; }
readelf -hdlW "$PM" >/dev/null 2>&1 || { echo "$PM is no ELF file"; exit 1; }
holds() { # WHAT PATTERN OPTION
    readelf "-$3W" "$PM" 2>/dev/null | grep -Eq -e "$2" || { echo "the binary has no $1"; failed=1; }
}
holds 'position independent code' 'Type: +DYN' h
holds 'read-only relocations' 'GNU_RELRO' l
holds 'binding at once' 'BIND_NOW|Flags:.* NOW' d
holds 'stack canaries' '__stack_chk_fail' s
holds 'checked functions' '__(mem|str|v?s?n?printf|fprintf|read)[a-z]*_chk' s
readelf -lW "$PM" | grep -E 'GNU_STACK' | grep -q 'RWE' && { echo "the stack can be executed"; failed=1; }
# Indirect branches are marked in what we compile; the binary as a whole is only where the C library's own start files are, too.
object=${PM%/*}/obj/analyzer/cli/main.o
case $(uname -m) in
x86_64) [ ! -f "$object" ] || readelf -nW "$object" | grep -q 'x86 feature: .*IBT' || { echo "$object has no CET marks"; failed=1; } ;;
esac
exit $failed
