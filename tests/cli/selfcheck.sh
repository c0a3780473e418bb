# The last look: what redaction never saw, a secret in another's timeline, is struck out before a report or a merged timeline gets its name, and is told.
. "$(dirname "$0")/common.inc"
bundle b
secret=ghp_0123456789abcdefABCDEF0123456789abcd
run 0 "$PM" ingest b --db t.db
python3 - "$secret" <<'END' || { echo "NOT RUN: no python3 to put a secret into a timeline"; exit 0; }
import sqlite3, sys
db = sqlite3.connect("t.db")
db.execute("UPDATE string SET text = text || ' token ' || ? WHERE text LIKE '%toomanyrequests%'", sys.argv[1:])
db.execute("UPDATE event SET raw = raw || ' token ' || ? WHERE raw LIKE '%toomanyrequests%'", sys.argv[1:])
db.commit()
END
grep -q "$secret" t.db || wrong "the secret was not put there"
run 0 "$PM" report t.db -o r.json -o r.txt -o r.html -o r.csv -o r.jsonl -o r.events.jsonl -o r.events.csv -v
has err 'r.json: self-check: '
has r.json '"code": "self-check"'
run 0 "$PM" merge t.db --db m.db
has err 'm.db: self-check: '
"$PM" gate t.db --junit j.xml >g.txt 2>&1
for f in r.csv r.jsonl r.events.jsonl; do has $f 'ghp_****'; done
for f in r.json r.txt r.html r.csv r.jsonl r.events.jsonl r.events.csv m.db j.xml g.txt; do grep -q "$secret" $f && wrong "the secret is in $f"; done
has r.json 'ghp_****'
run 0 "$PM" query m.db "SELECT message FROM diagnostics WHERE code = 'self-check'" -f csv
has out 'struck out'
python3 -c 'import sqlite3; assert sqlite3.connect("m.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)' || wrong "the struck timeline is damaged"
# Merged into a timeline that is there, and as rows of a query, in every format.
sed 's/06:1/07:1/' b/nodes/n1/containerd.log >other.log
run 0 "$PM" ingest other.log --db other.db
run 0 "$PM" merge t.db --db other.db
has err 'other.db: self-check: '
grep -q "$secret" other.db && wrong "the secret is in a timeline that others are merged into"
run 0 "$PM" query other.db "SELECT count(*) FROM diagnostics WHERE code = 'self-check'" -f csv
[ "$(sed 1d out | tr -d '\r')" = 1 ] || wrong "the merge does not tell what was struck out"
for f in table csv json jsonl markdown; do
    run 0 "$PM" query t.db "SELECT line, raw, error FROM events" -f $f
    has err 'standard output: self-check: '
    grep -q "$secret\|$(echo "$secret" | sed 's/_/\\_/g')" out && wrong "the secret is among rows as $f"
done
run 0 "$PM" query t.db "SELECT line, raw, error FROM events" -x
grep -q "$secret" out && wrong "the secret is among expanded rows"
# Who keeps secrets keeps them.
echo "time=\"2026-04-12T06:10:01.100000000Z\" level=error msg=\"PullImage \\\"r.test/a:1\\\" failed\" error=\"denied: $secret\"" >kept.log
run 0 "$PM" analyze kept.log --no-redact --db k.db -o k.json
grep -q "$secret" k.json || wrong "--no-redact struck a secret out"
run 0 "$PM" report k.db -f json
has out "$secret"
run 0 "$PM" query k.db "SELECT error FROM events" -f csv
has out "$secret"
run 0 "$PM" merge k.db --db other.db
grep -q "$secret" other.db || wrong "a merge struck out what was kept"
exit $failed
