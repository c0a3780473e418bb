#!/bin/sh
# Functions with a better neighbour here, and words that must not be committed.
set -u
cd "$(dirname "$0")/../.."
bad=0
ban() { # pattern instead
    hits=$(grep -nE "(^|[^_a-zA-Z0-9>.])($1) *\(" -r analyzer parsers include --include='*.c' --include='*.h' | grep -vE '^[^:]*:[0-9]+: *(//|\*)')
    [ -z "$hits" ] || { echo "$hits" | sed "s/\$/   ← use $2/"; bad=1; }
}
ban 'strtok|strtok_r' 'pm_scan_*'
ban 'strcpy|strcat|sprintf|vsprintf|gets' 'pm_arena_fmt, pm_buf_fmt or snprintf'
ban 'atoi|atol|atof|strtod' 'pm_str_u64, pm_str_double'
ban 'strptime|timegm|localtime|mktime|strftime' 'pm_when_*'
ban 'setlocale' 'nothing: reports know no locale'
ban 'system|popen' 'nothing: the program starts no other'
hits=$(grep -rnE '\b(T''ODO|F''IXME|X''XX)\b' analyzer parsers include rules --include='*.c' --include='*.h' --include='*.yaml' | grep -v XXX_unrecognized)
[ -z "$hits" ] || { echo "$hits"; bad=1; }
exit $bad
