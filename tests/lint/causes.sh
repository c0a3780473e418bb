#!/bin/sh
# Why stays in rules/: no cause's name in C, neither as a text nor as an identifier that stands for one, and no wording of a log that C compares with an error.
# What C wants to know of a cause is a trait (rules/taxonomy.yaml); wordings are rules, or lists of rules/lists.yaml. A text that a rule's sample holds is one.
# causes.sh [ROOT]: another tree than this one (tests/cli/lint_causes.sh plants what has to be found).
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
files=$(find analyzer include parsers -name '*.[ch]' | LC_ALL=C sort)
causes=$(sed -n 's/^  - cause: *\([a-z.-]*\).*/\1/p' rules/taxonomy.yaml)
families=$(sed -n 's/^  - family: *\([a-z-]*\).*/\1/p' rules/taxonomy.yaml)
[ -n "$causes" ] && [ -n "$families" ] || { echo "rules/taxonomy.yaml names no causes"; exit 1; }
samples=$(mktemp) || exit 1
trap 'rm -f "$samples"' EXIT
grep -hE '^      - |^    (match|leave): ' rules/causes/*.yaml | tr '[:upper:]' '[:lower:]' >"$samples"
# Structure of an error that says no why: where the address of a dial stands, that a sum holds several errors, the dates of a certificate.
structure='dial tcp |proxyconnect tcp: dial tcp|: lookup |\[rpc error: |, rpc error: |current time | is (before|after) '
# What we say ourselves, or read of something else than an error, and a sample happens to say, too.
ours='the (registry|repository|image|client)|by registry|pull secret|image and |an answer|next endpoint|t00:00:00z|[a-z-]+:\/\/.*'
printf '%s\n' $files | CAUSES="$causes" FAMILIES="$families" STRUCTURE="^($structure)\$" OURS="^($ours)\$" SAMPLES="$samples" xargs awk '
    function told(what) { print FILENAME ":" FNR ": " what; bad = 1 }
    BEGIN {
        n = split(ENVIRON["CAUSES"], c, /[ \n]+/)
        for (i = 1; i <= n; i++) {
            if (c[i] !~ /\./) { whole[c[i]] = 1; continue } # as common a word as "unknown": only where causes are asked for it
            name[c[i]] = 1
            upper = toupper(c[i]); gsub(/[.-]/, "_", upper); identifier[upper] = 1
        }
        n = split(ENVIRON["FAMILIES"], f, /[ \n]+/)
        for (i = 1; i <= n; i++) whole[f[i]] = 1
        while ((getline line < ENVIRON["SAMPLES"]) > 0) said = said line "\n"
    }
    {
        line = $0
        sub(/(^|[ \t])\/\/.*/, "", line) # a comment may give examples
        rest = line
        while (match(rest, /"([^"\\]|\\.)*"/)) {
            text = substr(rest, RSTART + 1, RLENGTH - 2)
            before = substr(rest, 1, RSTART - 1)
            rest = substr(rest, RSTART + RLENGTH)
            if (text in name) told("names the cause \"" text "\"")
            else if ((text in whole) && before ~ /pm_cause_[a-z]*\([^;]*$/) told("names the causes \"" text "\"")
            else if (FILENAME ~ /^analyzer\/(judge|rules)\// && text ~ /[a-z][^a-z]* / && text !~ ENVIRON["STRUCTURE"] &&
                     before ~ /pm_str_(has|find|ifind|starts|ends|eqc?)\([^;]*[Ee]rror[^;]*$/)
                told("compares an error with \"" text "\"")
            else if (FILENAME ~ /^analyzer\/(judge|rules)\// && length(text) > 8 && text ~ /[ :]/ && text !~ ENVIRON["STRUCTURE"] &&
                     (low = tolower(text)) !~ ENVIRON["OURS"] && index(said, low))
                told("holds the wording \"" text "\" of a sample")
        }
        gsub(/"([^"\\]|\\.)*"/, "", line)
        while (match(line, /[A-Z][A-Z0-9_]*/)) {
            word = substr(line, RSTART, RLENGTH)
            line = substr(line, RSTART + RLENGTH)
            for (id in identifier)
                if (index("_" word "_", "_" id "_")) told(word " stands for a cause")
        }
    }
    END { exit bad }'
