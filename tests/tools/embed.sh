#!/bin/sh
# Writes the data files given as C arrays, with a table of name → bytes: rules, schema and report assets are compiled in.
set -eu
echo '#include "base/embed.h"'
i=0
for f in "$@"; do
    i=$((i + 1))
    echo "static const unsigned char data_$i[] = {"
    od -An -v -tu1 "$f" | sed 's/[0-9][0-9]*/&,/g'
    echo "0};"
done
echo "const struct pm_embedded pm_embedded[] = {"
i=0
for f in "$@"; do
    i=$((i + 1))
    echo "    {\"$f\", (const char *)data_$i, sizeof data_$i - 1},"
done
echo "    {0, 0, 0},"
echo "};"
