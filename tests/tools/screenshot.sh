#!/bin/sh
# screenshot.sh: makes README's picture of the HTML report anew, from testdata/bundles/disk-to-quota, with a headless chromium.
set -eu
cd "$(dirname "$0")/../.."
PM=${PM:-build/pullmortem}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$PM" analyze testdata/bundles/disk-to-quota/input.tar.gz -q -o "$tmp/report.html"
mkdir -p testdata/screens
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$tmp/profile" --window-size=1240,1290 --virtual-time-budget=3000 \
    --blink-settings=preferredColorScheme=1 --screenshot=testdata/screens/report.png "file://$tmp/report.html" >/dev/null 2>&1
ls -l testdata/screens/report.png
