#!/bin/sh
# Include directions: base ← parsers; base, bundle, framing, clock ← ingest; timeline ← ingest, judge; rules ← judge ← report ← cli. One row a room:
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
room analyzer/pseudonym "$level01|pm/pseudonym\.h|base/.*|pseudonym/.*"
room parsers "parsers/.*|$level01|$level2|$level3|base/.*"
room analyzer/bundle "$level01|pm/(record|ingest)\.h|bundle/.*"
room analyzer/framing "$level01|$level2|$level3|pm/ingest\.h|base/.*|framing/.*"
room analyzer/clock "$level01|$level2|pm/(ingest|timeline)\.h|clock/.*"
room analyzer/ingest "$level01|$level2|$level3|pm/(ingest|timeline)\.h|base/.*|(bundle|framing|clock|ingest)/.*"
room analyzer/timeline "$level01|$level2|pm/(rule|incident|timeline|pseudonym)\.h|base/.*|timeline/.*"
room analyzer/rules "$level01|$level2|pm/rule\.h|base/.*|rules/.*"
judged="$level01|$level2|$level3|pm/(rule|incident|series|timeline|judge)\.h|base/.*|rules/.*|judge/[^/]*\.h"
room analyzer/judge/evidence "$judged|judge/(evidence|alerts)/.*"
room analyzer/judge/attempts "$judged|judge/(evidence|attempts)/.*"
room analyzer/judge/causes "$judged|judge/(evidence|attempts|causes)/.*"
room analyzer/judge/incidents "$judged|judge/(evidence|attempts|causes|incidents)/.*"
room analyzer/judge/quota "$judged|judge/(evidence|attempts|quota)/.*"
room analyzer/judge/alerts "$judged|judge/alerts/.*"
room analyzer/judge "$judged|judge/.*"
room analyzer/report "$level01|$level2|pm/(rule|incident|series|timeline|report)\.h|base/.*|report/.*"
room analyzer/gate "$level01|pm/(rule|incident|gate|command|timeline)\.h|base/.*|gate/.*|rules/(yaml|schema)\.h|report/(words|json_writer)\.h"
room analyzer/cli ".*"
exit $bad
