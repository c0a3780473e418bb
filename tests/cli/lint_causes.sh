# The lint that holds why in rules/ finds what is planted: a cause's name, a family, an identifier that stands for a cause, a wording; a comment's example is none.
home=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/common.inc"
set -e
mkdir -p tree/analyzer/judge tree/analyzer/rules tree/parsers tree/include
cp -r "$home/rules" tree/rules
echo 'int a; // of "network.dns", and "no such host"' > tree/analyzer/judge/a.c
sh "$home/tests/lint/causes.sh" "$PWD/tree"
finds() { # where, a line of C, what is said of it
    echo "$2" > "tree/$1"
    if sh "$home/tests/lint/causes.sh" "$PWD/tree" > said.txt; then echo "not found: $2"; exit 1; fi
    grep -qF "$1:1: $3" said.txt || { echo "said of $2:"; cat said.txt; exit 1; }
    rm "tree/$1"
}
finds analyzer/judge/b.c 'if (strcmp(name, "network.dns") == 0) return 1;' 'names the cause "network.dns"'
finds parsers/b.c 'static const char *cause = "image.tag-not-found";' 'names the cause "image.tag-not-found"'
finds analyzer/judge/b.c 'return pm_cause_in(h->cause, "storage");' 'names the causes "storage"'
finds include/b.h 'enum { PM_TRAIT_NETWORK_DNS };' 'PM_TRAIT_NETWORK_DNS stands for a cause'
finds analyzer/judge/b.c 'return pm_str_has(error, PM_STR("no such host"));' 'compares an error with "no such host"'
finds analyzer/rules/b.c 'static const char *const words[] = {"manifest unknown"};' 'holds the wording "manifest unknown"'
