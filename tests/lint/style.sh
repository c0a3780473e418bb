#!/bin/sh
# What no compiler looks at; tests/tools/style.py says what.
exec python3 "$(dirname "$0")/../tools/style.py"
