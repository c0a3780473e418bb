#!/bin/sh
# Include directions: base ← parsers; base, parsers' headers ← ingest; timeline ← ingest, judge; judge ← report ← cli. One row a room:
# what it may include of ours, as extended regular expressions over the quoted name. Only analyzer/timeline/ sees sqlite3.h.
set -u
cd "$(dirname "$0")/../.."
level01='pm/(str|arena|hear|intern|scan|when|image|diag|version)\.h'
level2='pm/(event|detail|record)\.h'
level3='pm/(envelope|parser)\.h'
bad=0
room() { # folder allowed...
    folder=$1 allowed=$2
    for f in $(find "$folder" -name '*.[ch]' | LC_ALL=C sort); do
        for inc in $(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$f"); do
            # a name without a folder is a neighbour's header
            case $inc in */*) ;; *) [ -f "$(dirname "$f")/$inc" ] && continue ;; esac
            echo "$inc" | grep -Eqx "$allowed" || { echo "$f includes \"$inc\": not allowed from $folder"; bad=1; }
        done
        case $folder in analyzer/timeline) ;; *) grep -n '#include <sqlite3.h>' "$f" >/dev/null && { echo "$f includes sqlite3.h: only analyzer/timeline may"; bad=1; } ;; esac
    done
}
room analyzer/base "$level01|$level2|base/.*"
room parsers "parsers/.*|$level01|$level2|$level3|base/.*"
room analyzer/ingest "$level01|$level2|$level3|pm/(ingest|timeline)\.h|base/.*|ingest/.*"
room analyzer/timeline "$level01|$level2|pm/(rule|incident|timeline)\.h|base/.*|timeline/.*"
room analyzer/judge "$level01|$level2|$level3|pm/(rule|incident|series|timeline|judge)\.h|base/.*|judge/.*"
room analyzer/report "$level01|$level2|pm/(rule|incident|series|timeline|report)\.h|base/.*|report/.*"
room analyzer/gate "$level01|pm/(rule|incident|gate|command|timeline)\.h|base/.*|gate/.*|judge/rules/(yaml|schema)\.h|report/(words|json_writer)\.h"
room analyzer/cli ".*"
exit $bad
