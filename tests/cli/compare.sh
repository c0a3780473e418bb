# compare: itself with itself, worse, better, other schemas, outputs; exit status 1 only where it is asked for.
. "$(dirname "$0")/common.inc"
demo=$OLDPWD/testdata/bundles
calm=$demo/one-blip/input.tar.gz bad=$demo/two-faults/input.tar.gz
run 0 "$PM" compare "$bad" "$bad" --fail-on-worse
has out 'nothing changed that matters'
has out '49 failed pulls → 49 failed pulls'
run 1 "$PM" compare "$calm" "$bad" --fail-on-worse
has out 'new     critical'
has out 'success fell from 96.9 to 48.3 %'
has out 'NEW nodes (2): pool-a-5 and pool-a-6'
run 0 "$PM" compare "$calm" "$bad"
run 0 "$PM" compare "$bad" "$calm" --fail-on-worse
has out 'gone    critical'
has out 'not worse'
# Half of a bundle: what is there of it has shrunk; the other way round it has grown.
bundle b
cp -r b half
rm -r half/nodes/n2
run 0 "$PM" compare b half --fail-on-worse
has out 'shrunk  warning'
has out '12 failed pulls → 6 failed pulls'
run 1 "$PM" compare half b --fail-on-worse
has out 'grown   critical'
# Timelines as well as bundles, and files by their names.
run 0 "$PM" ingest b --db b.db
run 0 "$PM" compare b.db half -o c.json
python3 -c 'import json; c = json.load(open("c.json")); assert c["schema"] == "pullmortem.compare/1" and not c["is_worse"], c; assert [i["change"] for i in c["incidents"]] == ["shrunk"]; assert c["nodes"] == {"new": [], "gone": ["n2"]}, c["nodes"]' || wrong json
run 0 "$PM" compare b half -o c.md
has c.md '| shrunk | warning |'
# What holds nothing is no ground for 'not worse'.
mkdir empty && echo 'dear diary' >empty/notes.txt
run 3 "$PM" compare b empty --fail-on-worse
has err 'empty holds nothing that is known here'
# Mistakes: one line each.
run 3 "$PM" compare b nowhere
has err 'nowhere: No such file'
run 2 "$PM" compare b
has err 'with what?'
run 2 "$PM" compare b half -o c.docx
has err 'does not say a format'
python3 -c 'import sqlite3; d = sqlite3.connect("b.db"); d.execute("PRAGMA user_version = 99"); d.commit()'
run 3 "$PM" compare b.db half
[ "$(wc -l <err)" = 1 ] || { wrong 'a timeline of another schema is told in more than a line'; cat err; }
exit $failed
