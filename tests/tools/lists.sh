#!/bin/sh
# Writes the lists of descriptors (parsers, the phrases of clients, envelopes, renderers, commands) from the files that define them.
set -eu
list() { # struct-name symbol-prefix array files...
    struct=$1 prefix=$2 array=$3; shift 3
    names=$(cat /dev/null "$@" | sed -n "s/^const struct $struct \\($prefix[a-z0-9_]*\\) *=.*/\\1/p" | LC_ALL=C sort)
    for n in $names; do echo "extern const struct $struct $n;"; done
    echo "const struct $struct *const $array[] = {"
    for n in $names; do echo "    &$n,"; done
    echo "    NULL,"
    echo "};"
}
cat <<'H'
#include "pm/command.h"
#include "pm/envelope.h"
#include "pm/parser.h"
#include "pm/report.h"
#include "parsers/client/client.h"
H
files() { for f in "$@"; do [ -f "$f" ] && printf '%s\n' "$f"; done | LC_ALL=C sort; }
list pm_parser pm_parser_ pm_parsers $(files parsers/*/*.c | grep -v '^parsers/envelopes/' || true)
list pm_client pm_client_ pm_clients $(files parsers/client/*.c)
list pm_envelope pm_envelope_ pm_envelopes $(files parsers/envelopes/*.c)
list pm_renderer pm_renderer_ pm_renderers $(files analyzer/report/*.c)
list pm_command pm_command_ pm_commands $(files analyzer/cli/cmd_*.c)
