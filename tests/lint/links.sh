#!/bin/sh
# Calls between rooms, out of the objects' undefined symbols, by the same table as includes: a header says what may be asked, this says what is. A room that is
# called from where the table does not allow it fails, and so do rooms or files that call each other in a circle.
set -u
cd "$(dirname "$0")/../.."
command -v nm >/dev/null 2>&1 || { echo "NOT RUN: no nm is here: calls between rooms were not looked at"; exit 0; }
exec python3 tests/tools/links.py "${BUILD:-build}"
