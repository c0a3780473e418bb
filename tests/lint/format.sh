#!/bin/sh
# Formatting, by the tree's .clang-format. Versions of clang-format differ in small ways, so only the one that the tree was formatted with is a judge.
set -u
cd "$(dirname "$0")/../.."
command -v clang-format >/dev/null 2>&1 || { echo "NOT RUN: no clang-format is here: formatting was not looked at"; exit 0; }
clang-format --version | grep -q 'version 14\.' || { echo "NOT RUN: clang-format is not version 14: formatting was not looked at"; exit 0; }
find include analyzer parsers tests -name '*.[ch]' -print0 | LC_ALL=C sort -z | xargs -0 clang-format --dry-run -Werror 2>&1 | grep -E '^[^ ]+:[0-9]+:[0-9]+: error:' | sed 's/: error:.*//' | cut -d: -f1 | uniq -c | awk '{print $2 ": " $1 " places"; bad = 1} END {exit bad}'
